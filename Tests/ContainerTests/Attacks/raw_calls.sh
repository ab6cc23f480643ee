#!/bin/bash
# Makes system calls in ways that Python cannot: by the 32-bit entry, by x32 numbers.
exec probe foreign-calls
