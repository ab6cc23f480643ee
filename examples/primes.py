# A computation with the standard library: the primes below a bound and the gaps between them, as JSON.
#
#   scripts/run examples/primes.py
#   scripts/run examples/primes.py 5000000
#
# Standard output holds the result alone, so that a program can read it: warder decode --stdout LOG | jq .

import collections
import json
import statistics
import sys
import time


def primes_below(bound):
    """The sieve of Eratosthenes, a byte a number."""
    is_prime = bytearray([1]) * bound
    is_prime[:2] = b"\0\0"[:bound]
    for number in range(2, int(bound**0.5) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(range(number * number, bound, number)))
    return [number for number in range(bound) if is_prime[number]]


bound = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
started = time.monotonic()
primes = primes_below(bound)
gaps = [later - earlier for earlier, later in zip(primes, primes[1:])]
print(f"{len(primes)} primes in {time.monotonic() - started:.2f} s", file=sys.stderr)

json.dump(
    {
        "bound": bound,
        "primes": len(primes),
        "largest": primes[-1] if primes else None,
        "mean_gap": round(statistics.fmean(gaps), 4) if gaps else None,
        "deviation_of_gaps": round(statistics.pstdev(gaps), 4) if gaps else None,
        "commonest_gaps": dict(collections.Counter(gaps).most_common(5)),
    },
    sys.stdout,
    indent=2,
)
print()
