"""On the grader's side: templates and kernels started, watched and ended."""
