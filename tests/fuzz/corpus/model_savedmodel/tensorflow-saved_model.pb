Ì

	

AddV2"serve*2.16.1 

xPlaceholder


wConst

yMatMulxwm
k

traced_save
filePlaceholder

nConst
saveSaveV2filen 
mMergeV2Checkpointspfile2	vocab.txt