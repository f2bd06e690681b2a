"""What can be wrong with knowledge that reads well: one module per kind of fault."""
