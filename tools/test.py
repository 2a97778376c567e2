"""Command two, the test-suite: ``python3 tools/test.py [PART ...] [--all] [--allow-missing] [-- MORE]``."""

import os
import sys

if __name__ == "__main__":
    HERE = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [os.path.dirname(HERE)] + [place for place in sys.path if os.path.realpath(place) != HERE]

    from tools import interpreter

    interpreter.demand()

    from tools import suite

    sys.exit(suite.main(sys.argv[1:]))
