"""`python -m agent.cli`."""

from agent.cli.app import main

if __name__ == "__main__":
    main()
