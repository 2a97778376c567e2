"""What cordio-core promises of its speed."""
