‰

	

AddV2"serve*2.16.1k

xPlaceholder


wConst

yMatMulxw8
6

f
pathConst 
saveSaveV2path:output:0n