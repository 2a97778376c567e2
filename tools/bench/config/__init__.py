"""What cordio-config promises of its speed."""
