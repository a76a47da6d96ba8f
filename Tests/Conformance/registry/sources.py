"""The same registry in a folder, on S3 and on MLflow: what tests do to it, by others' clients."""

import contextlib
import json
import pathlib
import shutil
import urllib.error
import urllib.parse
import urllib.request
import uuid

from servers import ACCESS, SECRET


class Folder:
    """A registry in a folder."""

    is_remote = False

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.url = str(path)
        self.env = {}
        path.mkdir(parents=True, exist_ok=True)

    def publish(self, model: str, version: int, files: dict[str, bytes]):
        target = self.path / model / str(version)
        staging = target.parent / f"{version}.tmp"
        for name, content in files.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(content)
        staging.rename(target)

    def prepare(self, model: str):
        """What must be there before a command publishes."""

    def put(self, model: str, version: int, name: str, content: bytes):
        (self.path / model / str(version) / name).write_bytes(content)

    def label(self, model: str, labels: dict[str, int]):
        (self.path / model / "labels.json").write_text(json.dumps(labels))

    def remove(self, model: str, version: int):
        shutil.rmtree(self.path / model / str(version))

    def read(self, model: str, version: int, name: str) -> bytes:
        return (self.path / model / str(version) / name).read_bytes()

    def stop(self):
        self.path.rename(self.path.with_name("gone"))

    def start(self):
        self.path.with_name("gone").rename(self.path)


class Bucket:
    """A registry in a bucket of its own."""

    is_remote = True

    def __init__(self, server, style: str = "true"):
        import boto3

        self.server = server
        self.bucket = f"models-{uuid.uuid4().hex[:12]}"
        self.endpoint = server.url
        self.client = boto3.client(
            "s3",
            endpoint_url=server.url,
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )
        self.client.create_bucket(Bucket=self.bucket)
        self.env = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
        self.style = style

    @property
    def url(self) -> str:
        return self.url_at(self.endpoint)

    def url_at(self, endpoint: str) -> str:
        return f"s3://{self.bucket}/prod/models?endpoint={endpoint}&path-style={self.style}"

    def prepare(self, model: str):
        """What must be there before a command publishes."""

    def put_key(self, key: str, content: bytes, **more):
        self.client.put_object(Bucket=self.bucket, Key=f"prod/models/{key}", Body=content, **more)

    def put(self, model: str, version: int, name: str, content: bytes):
        self.put_key(f"{model}/{version}/{name}", content)

    def publish(self, model: str, version: int, files: dict[str, bytes]):
        for name, content in sorted(files.items(), key=lambda file: file[0] == "manifest.json"):
            self.put(model, version, name, content)

    def label(self, model: str, labels: dict[str, int]):
        self.put_key(f"{model}/labels.json", json.dumps(labels).encode())

    def remove(self, model: str, version: int):
        listed = self.client.list_objects_v2(
            Bucket=self.bucket, Prefix=f"prod/models/{model}/{version}/"
        )
        for entry in listed["Contents"]:
            self.client.delete_object(Bucket=self.bucket, Key=entry["Key"])

    def read(self, model: str, version: int, name: str) -> bytes:
        key = f"prod/models/{model}/{version}/{name}"
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def stop(self):
        self.server.stop()

    def start(self):
        self.server.start()


class Tracker:
    """A registry on an MLflow server: models under names of this test's own."""

    is_remote = True

    def __init__(self, server):
        self.server = server
        self.endpoint = server.url.removesuffix("/health")
        self.run = uuid.uuid4().hex[:8]
        self.env = {}
        self.known = set()
        self.labels = {}
        self.places = {}

    @property
    def url(self) -> str:
        return self.url_at(self.endpoint)

    def url_at(self, endpoint: str) -> str:
        names = urllib.parse.quote(",".join(self.name(m) for m in ["credit", "other", "fraud"]))
        return f"mlflow+{endpoint}?models={names}"

    def name(self, model: str) -> str:
        return f"{model} {self.run}"

    def call(self, method: str, path: str, body) -> dict:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.endpoint}/api/2.0/{path}",
            data=content,
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")

    def prepare(self, model: str):
        """Names the model as this test's own, and makes room for it in its URL."""
        self.register(model)

    def register(self, model: str):
        if model in self.known:
            return
        tags = [{"key": "vigie.name", "value": model}]
        self.call(
            "POST", "mlflow/registered-models/create", {"name": self.name(model), "tags": tags}
        )
        self.known.add(model)

    def put(self, model: str, version: int, name: str, content: bytes):
        path = urllib.parse.quote(f"{self.places[model, version]}/{name}")
        self.call("PUT", f"mlflow-artifacts/artifacts/{path}", content)

    def publish(self, model: str, version: int, files: dict[str, bytes], tags=None):
        self.register(model)
        run = self.call("POST", "mlflow/runs/create", {"experiment_id": "0"})["run"]["info"]
        place = run["artifact_uri"].removeprefix("mlflow-artifacts:/") + "/model"
        self.places[model, version] = place
        for name, content in files.items():
            self.put(model, version, name, content)
        made = self.call(
            "POST",
            "mlflow/model-versions/create",
            {
                "name": self.name(model),
                "source": f"mlflow-artifacts:/{place}",
                "run_id": run["run_id"],
                "tags": [{"key": k, "value": v} for k, v in (tags or {}).items()],
            },
        )
        number = int(made["model_version"]["version"])
        assert number == version, f"MLflow numbers versions itself: it gave {number}"

    def label(self, model: str, labels: dict[str, int]):
        for alias in self.labels.get(model, {}):
            if alias not in labels:
                body = {"name": self.name(model), "alias": alias}
                self.call("DELETE", "mlflow/registered-models/alias", body)
        for alias, version in labels.items():
            body = {"name": self.name(model), "alias": alias, "version": str(version)}
            self.call("POST", "mlflow/registered-models/alias", body)
        self.labels[model] = labels

    def remove(self, model: str, version: int):
        body = {"name": self.name(model), "version": str(version)}
        self.call("DELETE", "mlflow/model-versions/delete", body)

    def read(self, model: str, version: int, name: str) -> bytes:
        path = urllib.parse.quote(f"{self.places[model, version]}/{name}")
        with urllib.request.urlopen(
            f"{self.endpoint}/api/2.0/mlflow-artifacts/artifacts/{path}", timeout=60
        ) as answer:
            return answer.read()

    def stop(self):
        self.server.stop()

    def start(self):
        self.server.start()

    def end(self):
        for model in self.known:
            with contextlib.suppress(urllib.error.URLError):
                body = {"name": self.name(model)}
                self.call("DELETE", "mlflow/registered-models/delete", body)
