# Makes system calls in ways that Python cannot: by the 32-bit entry, by x32 numbers.
# The probe is a static binary that lies beside this script in the task directory; it prints the attack's line.
exec ./probe foreign-calls
