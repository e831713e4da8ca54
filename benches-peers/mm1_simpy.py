"""M/M/1 on a plain simpy.Resource: prints the mean time in the system (theory: 5) and the seconds
that the run took, without the start of the interpreter."""

import random
import sys
import time

import simpy


def customer(env, server, sojourns):
    born = env.now
    with server.request() as turn:
        yield turn
        yield env.timeout(random.expovariate(1.0))
    sojourns.append(env.now - born)


def source(env, server, customers, sojourns):
    for _ in range(customers):
        env.process(customer(env, server, sojourns))
        yield env.timeout(random.expovariate(0.8))


def main():
    customers = int(sys.argv[1])
    random.seed(42)
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    sojourns = []
    env.process(source(env, server, customers, sojourns))
    started = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - started
    print(sum(sojourns) / len(sojourns), seconds)


main()
