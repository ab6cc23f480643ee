extension KubernetesSchema {
  /// What lies beside tasks in a namespace.
  static let cluster = """
    ConfigMap
      apiVersion:string binaryData:{bytes} data:{string} immutable:bool kind:string metadata:ObjectMeta
    Secret
      apiVersion:string data:{bytes} immutable:bool kind:string metadata:ObjectMeta stringData:{string} type:string
    NetworkPolicy
      apiVersion!:string kind!:string metadata:ObjectMeta spec!:NetworkPolicySpec
    Namespace
      apiVersion:string kind:string metadata:ObjectMeta spec:NamespaceSpec status:any
    ResourceQuota
      apiVersion!:string kind!:string metadata:ObjectMeta spec!:ResourceQuotaSpec status:any
    LimitRange
      apiVersion!:string kind!:string metadata:ObjectMeta spec!:LimitRangeSpec
    NetworkPolicySpec
      egress:[NetworkPolicyEgressRule] ingress:[NetworkPolicyIngressRule] podSelector:LabelSelector
      policyTypes:[string]
    NamespaceSpec
      finalizers:[string]
    ResourceQuotaSpec
      hard:{quantity} scopeSelector:ScopeSelector scopes:[string]
    LimitRangeSpec
      limits!:[LimitRangeItem]
    NetworkPolicyEgressRule
      ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]
    NetworkPolicyIngressRule
      from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]
    ScopeSelector
      matchExpressions:[ScopedResourceSelectorRequirement]
    LimitRangeItem
      default:{quantity} defaultRequest:{quantity} max:{quantity} maxLimitRequestRatio:{quantity} min:{quantity}
      type!:string(Container|Pod|PersistentVolumeClaim)
    NetworkPolicyPort
      endPort:int port:intOrString protocol:string(TCP|UDP|SCTP)
    NetworkPolicyPeer
      ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector
    ScopedResourceSelectorRequirement
      operator!:string scopeName!:string values:[string]
    IPBlock
      cidr!:string except:[string]
    """
}
