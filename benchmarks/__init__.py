"""What is measured, against whom, one command: ``make bench``."""
