"""The web server of the server shape; each value can be set by an environment variable."""

import os

from lms.core import logs  # not "config": gunicorn takes every name here that is a setting of its own

bind = os.environ.get("BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", 2 * (os.cpu_count() or 1)))
threads = int(os.environ.get("WEB_THREADS", "4"))
# what a worker has taken on is lost when it dies; the others wait in the kernel's queue, for whichever worker is there
worker_connections = 8 * threads
timeout = 120
graceful_timeout = 30
keepalive = 20
max_requests = 20000
max_requests_jitter = 2000
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
worker_tmp_dir = "/dev/shm"  # the heartbeat file must not wait for a disk
preload_app = True  # shared memory; connections are opened after the fork
accesslog = None  # a request's line is written by the application, without query strings
logconfig_dict = {
    **logs.config(as_json=True),
    "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True, "handlers": []}},
}
