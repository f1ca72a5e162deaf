"""In the sandbox: the template, the supervisor, the kernel."""
