"""`python -m vigie_pipelines` is `vigie-pipelines`."""

import sys

from vigie_pipelines.cli.main import main

sys.exit(main())
