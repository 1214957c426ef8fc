"""What goes wrong, on a seed: the same request meets the same faults in every run, and then an answer."""
import hashlib

# Each passes: whoever asks again gets an answer at last.
KINDS = ["429", "500", "503", "408", "cut", "drop", "slow", "html", "garbage", "401", "reset"]


class Faults:
    """`share` of the requests meet one fault, some of these two; then they are answered."""

    def __init__(self, seed=None, share=0.15, kinds=KINDS):
        self.seed, self.share, self.kinds = seed, share, kinds

    def of(self, key, attempt):
        """The fault of that attempt (0 is the first), or None."""
        if self.seed is None or attempt > 1:
            return None
        digest = hashlib.sha256(f"{self.seed}\n{key}\n{attempt}".encode()).digest()
        if int.from_bytes(digest[:4], "big") / 2**32 >= (self.share if attempt == 0 else self.share * 2):
            return None
        return self.kinds[digest[4] % len(self.kinds)]
