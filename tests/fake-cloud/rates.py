"""Throttling as it is published, on the real clock: token buckets for ARM, a window for Resource Graph."""
import collections
import threading
import time


class Rates:
    """ARM: a bucket of 250 reads a principal and subscription, 25 more a second. Resource Graph: 15 in 5 seconds."""

    def __init__(self, burst=250, per_second=25.0, queries=15, window=5.0):
        self.burst, self.per_second, self.queries, self.window = burst, per_second, queries, window
        self.buckets = {}
        self.asked = collections.defaultdict(collections.deque)
        self.lock = threading.Lock()

    def arm(self, key):
        """(None, what is left) or (seconds to wait, 0)."""
        with self.lock:
            now = time.monotonic()
            left, then = self.buckets.get(key, (self.burst, now))
            left = min(self.burst, left + (now - then) * self.per_second)
            if left < 1:
                self.buckets[key] = (left, now)
                return (1 - left) / self.per_second, 0
            self.buckets[key] = (left - 1, now)
            return None, int(left - 1)

    def graph(self, key):
        with self.lock:
            now = time.monotonic()
            asked = self.asked[key]
            while asked and asked[0] <= now - self.window:
                asked.popleft()
            if len(asked) >= self.queries:
                return asked[0] + self.window - now, 0
            asked.append(now)
            return None, self.queries - len(asked)
