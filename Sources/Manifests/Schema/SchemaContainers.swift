extension KubernetesSchema {
  /// Containers and what they name.
  static let containers = """
    Container
      args:[string] command:[string] env:[EnvVar]@name envFrom:[EnvFromSource] image:string
      imagePullPolicy:string(Always|IfNotPresent|Never) lifecycle:Lifecycle livenessProbe:Probe name!:string
      ports:[ContainerPort]@containerPort readinessProbe:Probe resizePolicy:[ContainerResizePolicy]
      resources:ResourceRequirements restartPolicy:string restartPolicyRules:[ContainerRestartRule]
      securityContext:SecurityContext startupProbe:Probe stdin:bool stdinOnce:bool terminationMessagePath:string
      terminationMessagePolicy:string(File|FallbackToLogsOnError) tty:bool volumeDevices:[VolumeDevice]@devicePath
      volumeMounts:[VolumeMount]@mountPath workingDir:string
    EphemeralContainer
      args:[string] command:[string] env:[EnvVar]@name envFrom:[EnvFromSource] image:string
      imagePullPolicy:string(Always|IfNotPresent|Never) lifecycle:Lifecycle livenessProbe:Probe name!:string
      ports:[ContainerPort]@containerPort readinessProbe:Probe resizePolicy:[ContainerResizePolicy]
      resources:ResourceRequirements restartPolicy:string restartPolicyRules:[ContainerRestartRule]
      securityContext:SecurityContext startupProbe:Probe stdin:bool stdinOnce:bool targetContainerName:string
      terminationMessagePath:string terminationMessagePolicy:string(File|FallbackToLogsOnError) tty:bool
      volumeDevices:[VolumeDevice]@devicePath volumeMounts:[VolumeMount]@mountPath workingDir:string
    EnvVar
      name!:string value:string valueFrom:EnvVarSource
    EnvFromSource
      configMapRef:ConfigMapEnvSource prefix:string secretRef:SecretEnvSource
    Lifecycle
      postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:string
    Probe
      exec:ExecAction failureThreshold:int grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds:int
      periodSeconds:int successThreshold:int tcpSocket:TCPSocketAction terminationGracePeriodSeconds:int
      timeoutSeconds:int
    ContainerPort
      containerPort!:int hostIP:string hostPort:int name:string protocol:string(TCP|UDP|SCTP)
    ContainerResizePolicy
      resourceName!:string restartPolicy!:string
    ResourceRequirements
      claims:[CoreResourceClaim] limits:{quantity} requests:{quantity}
    ContainerRestartRule
      action!:string exitCodes:ContainerRestartRuleOnExitCodes
    SecurityContext
      allowPrivilegeEscalation:bool appArmorProfile:AppArmorProfile capabilities:Capabilities privileged:bool
      procMount:string(Default|Unmasked) readOnlyRootFilesystem:bool runAsGroup:int runAsNonRoot:bool runAsUser:int
      seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions
    VolumeDevice
      devicePath!:string name!:string
    VolumeMount
      mountPath!:string mountPropagation:string(None|HostToContainer|Bidirectional) name!:string readOnly:bool
      recursiveReadOnly:string subPath:string subPathExpr:string
    EnvVarSource
      configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:FileKeySelector
      resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector
    ConfigMapEnvSource
      name:string optional:bool
    SecretEnvSource
      name:string optional:bool
    LifecycleHandler
      exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction
    ExecAction
      command:[string]
    GRPCAction
      port!:int service:string
    HTTPGetAction
      host:string httpHeaders:[HTTPHeader] path:string port!:intOrString scheme:string
    TCPSocketAction
      host:string port!:intOrString
    CoreResourceClaim
      name!:string request:string
    ContainerRestartRuleOnExitCodes
      operator!:string values:[int]
    AppArmorProfile
      localhostProfile:string type!:string(RuntimeDefault|Localhost|Unconfined)
    Capabilities
      add:[string] drop:[string]
    SELinuxOptions
      level:string role:string type:string user:string
    SeccompProfile
      localhostProfile:string type!:string(RuntimeDefault|Localhost|Unconfined)
    WindowsSecurityContextOptions
      gmsaCredentialSpec:string gmsaCredentialSpecName:string hostProcess:bool runAsUserName:string
    ConfigMapKeySelector
      key!:string name:string optional:bool
    ObjectFieldSelector
      apiVersion:string fieldPath!:string
    FileKeySelector
      key!:string optional:bool path!:string volumeName!:string
    ResourceFieldSelector
      containerName:string divisor:quantity resource!:string
    SecretKeySelector
      key!:string name:string optional:bool
    SleepAction
      seconds!:int
    HTTPHeader
      name!:string value!:string
    """
}
