"""python -m sim: the same as the command article5."""

from sim.cli import main

if __name__ == "__main__":
    main()
