"""The commands of `concierge`. Each is thin, and loads what it needs only when it is called."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import typer

from bot.cli import asking, base, checking, customers, health, later, running, schedule, setting_up
from bot.cli.endings import explain, forget_output

app = typer.Typer(
    name="concierge",
    help="A concierge for small shops: it answers from what the owner wrote, and hands over to the owner.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
knowledge = typer.Typer(help="What the shop knows: bring it in, take it out, look it over, measure it.")
customer = typer.Typer(help="What is kept of one customer.")


@app.callback(invoke_without_command=True)
@knowledge.callback(invoke_without_command=True)
@customer.callback(invoke_without_command=True)
def _overview(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("demo")(running.demo)
app.command("setup")(setting_up.setup)
app.command("run")(running.run)
app.command("ask")(asking.ask)
app.command("when")(schedule.when)
app.add_typer(knowledge, name="knowledge")
app.command("migrate")(running.migrate)
app.command("doctor")(health.doctor)
app.add_typer(customer, name="customer")

knowledge.command("import")(base.import_)
knowledge.command("export")(base.export)
knowledge.command("undo")(base.undo)
knowledge.command("check")(checking.check)
knowledge.command("evaluate")(base.evaluate)

customer.command("export")(customers.export)
customer.command("erase")(customers.erase)

for _group, _name, _help in later.COMMANDS:
    {"": app, "knowledge": knowledge, "customer": customer}[_group].command(
        _name, help=f"{_help} Not there yet.", context_settings=later.ANYTHING
    )(later.not_yet)


def _speak_utf8() -> None:
    """Whatever the locale says: what is printed is UTF-8, and a terminal that can't show it is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def called(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; whatever goes wrong has been said in one sentence."""
    try:
        code = app(args=None if arguments is None else list(arguments), prog_name="concierge", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except BrokenPipeError:
        forget_output()
        return 1
    except Exception as error:
        if os.environ.get("CONCIERGE_DEBUG") == "1":
            raise
        return explain(error)


def main() -> None:
    """The entry point of `concierge` and `python -m bot`."""
    _speak_utf8()
    sys.exit(called())
