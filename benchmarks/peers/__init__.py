"""What our service is held against, and how it is installed: none of it is a dependency of the product."""
