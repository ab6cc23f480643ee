"""Holds the manifests against the published types of Kubernetes, and against each other.

usage: check_manifests.py DIRECTORY
"""

import pathlib
import sys

import yaml

import rules

folder = pathlib.Path(sys.argv[1])
kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
files = kustomization["resources"] + ["tokens.example.yaml"]
missing = {path.name for path in folder.glob("*.yaml")} - set(files) - {"kustomization.yaml"}
assert not missing, f"not in kustomization.yaml: {missing}"
for generated in kustomization["configMapGenerator"]:
    for name in generated["files"]:
        assert (folder / name).is_file(), name

found = {}
for name in files:
    for document in yaml.safe_load_all((folder / name).read_text()):
        rules.check(document["kind"], document)
        meta = document["metadata"]
        key = (document["kind"], meta.get("namespace"), meta["name"])
        assert key not in found, f"twice: {key}"
        found[key] = document

namespaces = {name for kind, _, name in found if kind == "Namespace"}
for kind, namespace, name in found:
    assert kind == "Namespace" or namespace in namespaces, (kind, name, namespace)
for namespace in namespaces:
    labels = found[("Namespace", None, namespace)]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted", namespace

pod = found[("Deployment", "warder", "dispatcher")]["spec"]["template"]
assert ("ServiceAccount", "warder", pod["spec"]["serviceAccountName"]) in found
binding = found[("RoleBinding", "warder-jobs", "dispatcher")]
assert ("Role", "warder-jobs", binding["roleRef"]["name"]) in found
assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "dispatcher", "namespace": "warder"}]
generated = {entry["name"] for entry in kustomization["configMapGenerator"]}
for volume in pod["spec"]["volumes"]:
    if "configMap" in volume:
        assert volume["configMap"]["name"] in generated
    if "secret" in volume:
        assert ("Secret", "warder", volume["secret"]["secretName"]) in found
    if "persistentVolumeClaim" in volume:
        assert ("PersistentVolumeClaim", "warder", volume["persistentVolumeClaim"]["claimName"]) in found
service = found[("Service", "warder", "dispatcher")]
assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
for policy, labels in ((("NetworkPolicy", "warder", "dispatcher"), pod["metadata"]["labels"]),):
    assert found[policy]["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
jobs = found[("NetworkPolicy", "warder-jobs", "deny-all")]["spec"]
assert jobs == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
print(len(found), "objects")
