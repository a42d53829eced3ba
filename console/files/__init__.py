"""What leaves the desk for this machine: parts saved under safe names, files and links opened by programs of choice."""
