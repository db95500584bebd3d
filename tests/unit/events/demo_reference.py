"""The generator of ext/core/events/demo_orders.h written a second time, without libm, to give the checksum that test_demo_orders.c expects.

    python3 tests/unit/demo_reference.py 200 1      # customers, seed -> orders, FNV-1a 64 of every order's second, customer, cents
"""
import struct
import sys
from math import floor, sqrt

M = (1 << 64) - 1
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
CHANNELS = [(0.35, 10.0, 0.8), (0.30, 12.5, 1.2), (0.20, 16.0, 2.0), (0.15, 8.0, 0.4)]  # share, alpha, a
HOURS = [4, 2, 1, 1, 1, 2, 4, 7, 10, 12, 14, 15, 16, 14, 12, 12, 12, 13, 15, 18, 22, 23, 16, 10]


def splitmix(state):
    state = (state + 0x9E3779B97F4A7C15) & M
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & M
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
    return state, z ^ (z >> 31)


def log(x):
    bits = struct.unpack("<Q", struct.pack("<d", x))[0]
    n = (bits >> 52) - 1023
    m = struct.unpack("<d", struct.pack("<Q", (bits & 0xFFFFFFFFFFFFF) | (1023 << 52)))[0]
    if m > 1.4142135623730951:
        m, n = m * 0.5, n + 1
    s = (m - 1) / (m + 1)
    z, series = s * s, 0.0
    for k in range(23, 1, -2):
        series = z * (series + 1.0 / k)
    return n * LN2_HIGH + (2 * s + (2 * s * series + n * LN2_LOW))


def exp(x):
    n = float(floor(x * 1.4426950408889634 + 0.5))
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    series = 1.0
    for k in range(14, 0, -1):
        series = 1 + r * series / k
    return series * 2.0 ** int(n)


class Random:
    def __init__(self, seed, stream):
        state = (splitmix(seed)[1] + stream) & M
        self.s = []
        for _ in range(4):
            state, word = splitmix(state)
            self.s.append(word)

    def bits(self):
        s, rotate = self.s, lambda x, k: ((x << k) | (x >> (64 - k))) & M
        result = rotate(s[1] * 5 & M, 7) * 9 & M
        t = s[1] << 17 & M
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
        return result

    def uniform(self):
        while True:
            bits = self.bits() >> 11
            if bits:
                return bits * 2.0**-53

    def exponential(self):
        return -log(self.uniform())

    def normal(self):
        while True:
            x = 2 * self.uniform() - 1
            y = 2 * self.uniform() - 1
            q = x * x + y * y
            if 0 < q < 1:
                return x * sqrt(-2 * log(q) / q)

    def gamma(self, shape):
        boost = exp(-min(self.exponential() / shape, 700.0)) if shape < 1 else 1.0
        d = (shape + 1 if shape < 1 else shape) - 1.0 / 3
        c = 1 / sqrt(9 * d)
        while True:
            x = self.normal()
            v = 1 + c * x
            if v <= 0:
                continue
            v = v * v * v
            if log(self.uniform()) < 0.5 * x * x + d - d * v + d * log(v):
                return boost * d * v

    def beta(self, a, b):
        x = self.gamma(a)
        y = self.gamma(b)
        return x / (x + y)


def shop(customers, seed):
    orders = []
    for c in range(customers):
        random = Random(seed, c)
        day = (sqrt(1 + 3 * ((c + random.uniform()) / customers)) - 1) * 547
        u, channel = random.uniform(), 0
        while channel < 3 and u >= CHANNELS[channel][0]:
            u -= CHANNELS[channel][0]
            channel += 1
        rate = random.gamma(0.9) / CHANNELS[channel][1]
        dropout = random.beta(CHANNELS[channel][2], 3.0)
        nu = random.gamma(4.0) / 20.0
        alive = True
        while day < 731:
            u, hour = random.uniform() * 256, 0
            while u >= HOURS[hour]:
                u -= HOURS[hour]
                hour += 1
            second = hour * 3600 + int(u / HOURS[hour] * 3600)
            cents = max(1, floor(random.gamma(6.0) / nu * 100 + 0.5))
            orders.append((int(day) * 86400 + second, c, cents))
            if not alive:
                break
            day += random.exponential() / rate * 7
            if day < 731:
                alive = random.uniform() >= dropout
    return sorted(orders)


def checksum(orders):
    h = 0xCBF29CE484222325
    for order in orders:
        for word in order:
            for byte in struct.pack("<I", word):
                h = ((h ^ byte) * 0x100000001B3) & M
    return h


if __name__ == "__main__":
    result = shop(int(sys.argv[1]), int(sys.argv[2]))
    print(len(result), hex(checksum(result)))
