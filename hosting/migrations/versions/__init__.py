"""One file per schema version. A released one is never changed; the next one is added."""
