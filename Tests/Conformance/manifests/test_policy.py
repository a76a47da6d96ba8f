"""What no manifest of ours may do, however it was made."""

import re

import pytest
from rendered import K8S, everything, of_kind, pod_specs
from units import seconds


def each_pod():
    for place, objects in everything().items():
        for name, spec in pod_specs(objects).items():
            yield f"{place}: {name}", spec


def each_container():
    for name, spec in each_pod():
        for container in spec["containers"] + spec.get("initContainers", []):
            yield f"{name}: {container['name']}", spec, container


def test_there_is_something_to_check():
    assert len(list(each_container())) >= len(everything())


def test_images_are_of_one_version():
    for name, _, container in each_container():
        image = container["image"]
        digest = re.fullmatch(r"[^@]+@sha256:[0-9a-f]{64}", image)
        tag = re.fullmatch(r"[^:@]+:(?P<tag>[0-9][0-9A-Za-z.-]+)", image)
        assert digest or tag, f"{name}: {image} names no version"


def test_nothing_runs_as_root():
    for name, spec, container in each_container():
        pod, own = spec["securityContext"], container["securityContext"]
        assert pod["runAsNonRoot"] is True and pod["runAsUser"] >= 10_000, name
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert own["allowPrivilegeEscalation"] is False, name
        assert own["readOnlyRootFilesystem"] is True, name
        assert own["capabilities"] == {"drop": ["ALL"]}, name
        assert not own.get("privileged"), name


def test_nothing_of_the_node_is_shared():
    for name, spec in each_pod():
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            assert not spec.get(field), name
        for volume in spec.get("volumes", []):
            assert "hostPath" not in volume, name
        for container in spec["containers"]:
            assert not any("hostPort" in port for port in container["ports"]), name


def test_everything_has_requests_and_a_limit_of_memory():
    for name, _, container in each_container():
        resources = container["resources"]
        assert set(resources["requests"]) == {"cpu", "memory"}, name
        # No limit of the processor: throttling would show in latency before anything else.
        assert set(resources["limits"]) == {"memory"}, name


def test_a_token_is_mounted_where_it_is_needed_and_nowhere_else():
    for place, objects in everything().items():
        for account in of_kind(objects, "ServiceAccount"):
            assert account["automountServiceAccountToken"] is False, place
    for name, spec in each_pod():
        (container,) = spec["containers"]
        needed = "--rollouts=kubernetes" in container["args"]
        assert spec["automountServiceAccountToken"] is needed, name
        assert spec["serviceAccountName"] != "default", name


def test_what_is_not_probed_gets_no_calls():
    for name, _, container in each_container():
        assert {"readinessProbe", "livenessProbe"} <= set(container), name
        # The kubelet's gRPC probe speaks no TLS.
        is_tls = any(argument.startswith("--tls-cert") for argument in container["args"])
        if container["args"][0] == "serve":
            assert ("grpc" in container["readinessProbe"]) is not is_tls, name
        # A pod that is busy must not be restarted for it: 30 s at least.
        liveness = container["livenessProbe"]
        assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 30, name
        assert liveness != container["readinessProbe"], name


def test_a_pod_has_the_time_to_go():
    for name, spec, container in each_container():
        (grace,) = [a for a in container["args"] if a.startswith("--grace=")] or ["--grace=0s"]
        command = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command")
        drain = seconds(command[-1]) if command else 0
        left = spec["terminationGracePeriodSeconds"] - drain - seconds(grace.partition("=")[2])
        assert left >= 5, f"{name}: the kubelet kills it {left} s after both"


def test_ports_and_arguments_agree():
    for name, _, container in each_container():
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        told = {
            flag: int(argument.rpartition(":")[2])
            for argument in container["args"]
            for flag in ("admin", "listen")
            if argument.startswith(f"--{flag}=")
        }
        assert told.get("admin") == ports.get("admin"), name
        assert told.get("listen") == ports.get("grpc"), name


def test_files_that_arguments_name_are_mounted():
    for name, spec, container in each_container():
        annotations = name  # The Vault agent mounts its own volume.
        mounts = [mount["mountPath"] for mount in container.get("volumeMounts") or []]
        for argument in container["args"][1:]:
            path = argument.partition("=")[2]
            if not path.startswith("/") or path == "/registry" or "vault" in annotations:
                continue
            assert any(f"{path}/".startswith(f"{mount}/") for mount in mounts), (
                f"{name}: nothing is mounted for {argument}"
            )
        volumes = {volume["name"] for volume in spec.get("volumes") or []}
        used = {mount["name"] for mount in container.get("volumeMounts") or []}
        assert used == volumes, name


def test_selectors_find_the_pods_that_they_mean_and_no_others():
    for place, objects in everything().items():
        pods = {
            one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
            for one in of_kind(objects, "Deployment")
        }
        selectors = [
            (one, one["spec"]["selector"]["matchLabels"])
            for kind in ("Deployment", "PodDisruptionBudget")
            for one in of_kind(objects, kind)
        ]
        selectors += [(one, one["spec"]["selector"]) for one in of_kind(objects, "Service")]
        selectors += [
            (one, one["spec"]["podSelector"]["matchLabels"])
            for one in of_kind(objects, "NetworkPolicy")
        ]
        for one, selector in selectors:
            found = [name for name, labels in pods.items() if selector.items() <= labels.items()]
            named = f"{place}: {one['kind']}/{one['metadata']['name']}"
            assert found == [one["metadata"]["name"]], named


def test_a_monitor_finds_the_service_and_a_port_of_it():
    seen = 0
    for place, objects in everything().items():
        services = of_kind(objects, "Service")
        for monitor in of_kind(objects, "ServiceMonitor"):
            labels = monitor["spec"]["selector"]["matchLabels"]
            (service,) = [s for s in services if labels.items() <= s["metadata"]["labels"].items()]
            # The rules and alerts are about job="vigie".
            assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "vigie", place
            names = {port["name"] for port in service["spec"]["ports"]}
            assert {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]} <= names
            seen += 1
    assert seen


def test_network_policies_leave_no_way_out_but_those_named():
    seen = 0
    for place, objects in everything().items():
        for policy in of_kind(objects, "NetworkPolicy"):
            assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"], place
            for rule in policy["spec"]["ingress"]:
                assert rule["from"] and rule["ports"], place
                # An empty peer is everybody.
                assert all(peer for peer in rule["from"]), place
            for rule in policy["spec"]["egress"]:
                assert rule["to"] and rule["ports"], place
                for peer in rule["to"]:
                    assert peer and peer.get("ipBlock", {}).get("cidr") != "0.0.0.0/0", place
            seen += 1
    assert seen >= 4


def test_what_an_autoscaler_scales_has_no_number_of_its_own():
    seen = 0
    for place, objects in everything().items():
        for kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            for scaler in of_kind(objects, kind):
                target = scaler["spec"]["scaleTargetRef"]
                (scaled,) = [
                    one
                    for one in objects
                    if one["metadata"]["name"] == target["name"]
                    and one["kind"] == target.get("kind", "Deployment")
                ]
                assert "replicas" not in scaled["spec"], place
                seen += 1
    assert seen >= 4


@pytest.mark.parametrize("pattern", [r"\b(docker|ghcr|quay|gcr|registry\.k8s|mcr)\.(io|com)/"])
def test_no_registry_is_named(pattern):
    for path in K8S.rglob("*"):
        if path.is_file() and path.suffix != ".json":
            assert not re.search(pattern, path.read_text()), path
