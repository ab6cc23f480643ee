// KubernetesEngine
