"""Command one, set-up and demonstration: ``python3 tools/up.py [--only-setup] [-- ARGUMENTS]``."""

import os
import sys

if __name__ == "__main__":
    HERE = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [os.path.dirname(HERE)] + [place for place in sys.path if os.path.realpath(place) != HERE]

    from tools import interpreter

    interpreter.demand()

    from tools import demonstration

    sys.exit(demonstration.main(sys.argv[1:]))
