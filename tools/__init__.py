"""The tools of this repository: set-up, tests, lock, build and release."""
