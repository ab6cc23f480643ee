extension KubernetesSchema {
  /// Jobs, pods, and what decides where pods run.
  static let workloads = """
    Job
      apiVersion!:string kind!:string metadata:ObjectMeta spec!:JobSpec status:any
    CronJob
      apiVersion!:string kind!:string metadata:ObjectMeta spec!:CronJobSpec status:any
    Pod
      apiVersion!:string kind!:string metadata:ObjectMeta spec!:PodSpec status:any
    ObjectMeta
      annotations:{string} creationTimestamp:time deletionGracePeriodSeconds:int deletionTimestamp:time
      finalizers:[string]@. generateName:string generation:int labels:{string} managedFields:any name:string
      namespace:string ownerReferences:[OwnerReference]@uid resourceVersion:string selfLink:string uid:string
    JobSpec
      activeDeadlineSeconds:int backoffLimit:int backoffLimitPerIndex:int completionMode:string(NonIndexed|Indexed)
      completions:int managedBy:string manualSelector:bool maxFailedIndexes:int parallelism:int
      podFailurePolicy:PodFailurePolicy podReplacementPolicy:string(TerminatingOrFailed|Failed)
      selector:LabelSelector successPolicy:SuccessPolicy suspend:bool template!:PodTemplateSpec
      ttlSecondsAfterFinished:int
    CronJobSpec
      concurrencyPolicy:string(Allow|Forbid|Replace) failedJobsHistoryLimit:int jobTemplate!:JobTemplateSpec
      schedule!:string startingDeadlineSeconds:int successfulJobsHistoryLimit:int suspend:bool timeZone:string
    PodSpec
      activeDeadlineSeconds:int affinity:Affinity automountServiceAccountToken:bool containers!:[Container]@name
      dnsConfig:PodDNSConfig dnsPolicy:string(ClusterFirst|ClusterFirstWithHostNet|Default|None)
      enableServiceLinks:bool ephemeralContainers:[EphemeralContainer]@name hostAliases:[HostAlias]@ip hostIPC:bool
      hostNetwork:bool hostPID:bool hostUsers:bool hostname:string hostnameOverride:string
      imagePullSecrets:[LocalObjectReference]@name initContainers:[Container]@name nodeName:string
      nodeSelector:{string} os:PodOS overhead:{quantity} preemptionPolicy:string(PreemptLowerPriority|Never)
      priority:int priorityClassName:string readinessGates:[PodReadinessGate] resourceClaims:[PodResourceClaim]@name
      resources:ResourceRequirements restartPolicy:string(Always|OnFailure|Never) runtimeClassName:string
      schedulerName:string schedulingGates:[PodSchedulingGate]@name securityContext:PodSecurityContext
      serviceAccount:string serviceAccountName:string setHostnameAsFQDN:bool shareProcessNamespace:bool
      subdomain:string terminationGracePeriodSeconds:int tolerations:[Toleration]
      topologySpreadConstraints:[TopologySpreadConstraint]@topologyKey volumes:[Volume]@name
    OwnerReference
      apiVersion!:string blockOwnerDeletion:bool controller:bool kind!:string name!:string uid!:string
    PodFailurePolicy
      rules!:[PodFailurePolicyRule]
    LabelSelector
      matchExpressions:[LabelSelectorRequirement] matchLabels:{string}
    SuccessPolicy
      rules!:[SuccessPolicyRule]
    PodTemplateSpec
      metadata:ObjectMeta spec:PodSpec
    JobTemplateSpec
      metadata:ObjectMeta spec:JobSpec
    Affinity
      nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity
    PodDNSConfig
      nameservers:[string] options:[PodDNSConfigOption] searches:[string]
    HostAlias
      hostnames:[string] ip!:string
    LocalObjectReference
      name:string
    PodOS
      name!:string
    PodReadinessGate
      conditionType!:string
    PodResourceClaim
      name!:string resourceClaimName:string resourceClaimTemplateName:string
    PodSchedulingGate
      name!:string
    PodSecurityContext
      appArmorProfile:AppArmorProfile fsGroup:int fsGroupChangePolicy:string(OnRootMismatch|Always) runAsGroup:int
      runAsNonRoot:bool runAsUser:int seLinuxChangePolicy:string seLinuxOptions:SELinuxOptions
      seccompProfile:SeccompProfile supplementalGroups:[int] supplementalGroupsPolicy:string(Merge|Strict)
      sysctls:[Sysctl] windowsOptions:WindowsSecurityContextOptions
    Toleration
      effect:string(NoSchedule|PreferNoSchedule|NoExecute) key:string operator:string(Exists|Equal)
      tolerationSeconds:int value:string
    TopologySpreadConstraint
      labelSelector:LabelSelector matchLabelKeys:[string] maxSkew!:int minDomains:int nodeAffinityPolicy:string
      nodeTaintsPolicy:string topologyKey!:string whenUnsatisfiable!:string(DoNotSchedule|ScheduleAnyway)
    PodFailurePolicyRule
      action!:string(FailJob|FailIndex|Ignore|Count) onExitCodes:PodFailurePolicyOnExitCodesRequirement
      onPodConditions:[PodFailurePolicyOnPodConditionsPattern]
    LabelSelectorRequirement
      key!:string operator!:string(In|NotIn|Exists|DoesNotExist) values:[string]
    SuccessPolicyRule
      succeededCount:int succeededIndexes:string
    NodeAffinity
      preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm]
      requiredDuringSchedulingIgnoredDuringExecution:NodeSelector
    PodAffinity
      preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
      requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
    PodAntiAffinity
      preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
      requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
    PodDNSConfigOption
      name:string value:string
    Sysctl
      name!:string value!:string
    PodFailurePolicyOnExitCodesRequirement
      containerName:string operator!:string(In|NotIn) values!:[int]
    PodFailurePolicyOnPodConditionsPattern
      status!:string type!:string
    PreferredSchedulingTerm
      preference!:NodeSelectorTerm weight!:int
    NodeSelector
      nodeSelectorTerms!:[NodeSelectorTerm]
    WeightedPodAffinityTerm
      podAffinityTerm!:PodAffinityTerm weight!:int
    PodAffinityTerm
      labelSelector:LabelSelector matchLabelKeys:[string] mismatchLabelKeys:[string] namespaceSelector:LabelSelector
      namespaces:[string] topologyKey!:string
    NodeSelectorTerm
      matchExpressions:[NodeSelectorRequirement] matchFields:[NodeSelectorRequirement]
    NodeSelectorRequirement
      key!:string operator!:string(In|NotIn|Exists|DoesNotExist|Gt|Lt) values:[string]
    """
}
