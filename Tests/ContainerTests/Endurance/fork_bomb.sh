#!/bin/bash
# A fork bomb as everybody knows it.
# shellcheck disable=SC2264 # that is the point
echo started
:() { : | : & }
:
sleep 600
