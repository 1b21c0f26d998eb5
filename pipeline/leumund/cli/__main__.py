"""`python -m leumund.cli` is `leumund`."""

from leumund.cli import main

main()
