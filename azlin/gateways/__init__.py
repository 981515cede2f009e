"""The only doors to processes, the network and the disk engines. Nothing above knows how a call is made."""
