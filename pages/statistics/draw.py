"""The child process that draws: a request as JSON on its input, a picture on its output.

Run as a file, so that it starts with nothing of the platform in memory.
"""

from __future__ import annotations

import json
import resource
import sys

#: Seconds of processor time.
CPU = 20


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import vl_convert

    asked = json.load(sys.stdin)
    if "svg" in asked:
        picture = vl_convert.svg_to_png(asked["svg"], scale=2)
    else:
        # An empty list of addresses: nothing is fetched.
        svg = vl_convert.vegalite_to_svg(asked["spec"], allowed_base_urls=[])
        picture = svg.encode()
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
