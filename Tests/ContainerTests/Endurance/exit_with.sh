#!/bin/bash
# Exits with the status given.
exit "$1"
