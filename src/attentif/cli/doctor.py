"""``attentif doctor``: what this machine offers for safe grading."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = "say what this machine offers for safe grading, and what to install; exit status 1 if something is missing"
    parser = commands.add_parser("doctor", help=text, description=text)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints one line for each thing that grading needs."""
    from attentif.kernels.outside.doctor import inspect_machine

    findings = inspect_machine()
    table = Table(show_header=False, box=None, pad_edge=False)
    for finding in findings:
        mark = "[green]✓[/]" if finding.ok else "[red]✗[/]"
        table.add_row(mark, finding.name, finding.detail + ("" if finding.ok else f"\n→ {finding.remedy}"))
    Console().print(table)
    return 0 if all(finding.ok for finding in findings) else 1
