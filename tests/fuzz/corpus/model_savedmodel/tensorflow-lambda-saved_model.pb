Î

	

AddV2"serve*2.16.11

xPlaceholder


wConst

yMatMulxw:}
{"y
_tf_keras_layerf{"class_name": "Lambda", "config": {"function": ["4wEAAAAAAAAAAAAAAAMAAAACAAAAQwAAAHMI", null, null]}}