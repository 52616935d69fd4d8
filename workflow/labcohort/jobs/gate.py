"""Job `gate`: the run goes on where the validation found nothing critical."""

import json
from pathlib import Path

from labcohort.validate.gate import check_verdict


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the gate's constant file; UserError where the verdict is critical."""
    found = Path(paths["validation"])
    document = json.loads(found.read_text("utf-8"))
    check_verdict(document, str(found.with_suffix(".html")))
    Path(paths["done"]).write_text("nothing critical was found\n", encoding="utf-8")
    return f"verdict {document['verdict']}: the run goes on"
