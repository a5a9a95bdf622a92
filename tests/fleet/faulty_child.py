"""A worker as etl.fleet.child, in which some companies are poison: one ends its process, one never comes to an end."""

import faulthandler
import os
import signal
import sys
import time

sys.path.insert(0, sys.argv[1])

from etl import steps
from etl.fleet import child

whole = steps.company_period


def company_period(company, *more, **options):
    if company.endswith("000"):
        os.kill(os.getpid(), signal.SIGKILL)
    if company.endswith("001"):
        time.sleep(600)
    if company.endswith("002"):
        raise RuntimeError("nobody has thought of this")
    faulthandler.cancel_dump_traceback_later()   # a slow machine is no fault of this one
    return whole(company, *more, **options)


steps.company_period = company_period
child.main()
