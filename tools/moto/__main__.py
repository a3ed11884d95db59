"""moto's server, with what the tests need beyond it. Run by tools/moto-server.

Each module imported here changes moto in one respect when it is imported.
"""

import os
import sys
import threading

import alarm_transitions  # noqa: F401
import alias_revisions  # noqa: F401
import autoscaling_groups  # noqa: F401
import bucket_metrics  # noqa: F401
import cloudfront_policies  # noqa: F401
import composite_alarms  # noqa: F401
import default_certificates  # noqa: F401
import function_logging  # noqa: F401
import function_urls  # noqa: F401
import launch_templates  # noqa: F401
import no_containers  # noqa: F401
import no_such_upload  # noqa: F401
import one_at_a_time  # noqa: F401
import origin_access  # noqa: F401
import query_definitions  # noqa: F401
import scalable_target_tags  # noqa: F401
import secure_transport  # noqa: F401
import security_group_rules  # noqa: F401
import whole_budgets  # noqa: F401
import whole_inventory  # noqa: F401
import whole_services  # noqa: F401

from moto.server import main


def stop_with_stdin() -> None:
    """Ends the process when whoever holds the other end of stdin is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


if os.environ.get("MOTO_STOP_WITH_STDIN") == "1":
    threading.Thread(target=stop_with_stdin, daemon=True).start()

main()
