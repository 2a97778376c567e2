"""What cordio-pg promises of its speed."""
