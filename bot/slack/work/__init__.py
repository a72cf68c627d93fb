"""What is done after the ack: one module for each kind of work, each step of it durable."""
