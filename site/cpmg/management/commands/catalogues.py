from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cpmg import catalogues


class Command(BaseCommand):
    help = "Updates and compiles, only compiles, or checks the catalogues under site/locale."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "action", nargs="?", default="update", choices=["update", "compile", "check"]
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "update":
            for language in catalogues.languages():
                catalogues.update(language)
        if action == "check":
            problems = [p for code in catalogues.languages() for p in catalogues.problems(code)]
            for problem in problems:
                self.stdout.write(problem)
            if problems:
                raise CommandError(f"{len(problems)} problems in the catalogues.")
            self.stdout.write("The catalogues are complete.")
        else:
            catalogues.compile_all()
