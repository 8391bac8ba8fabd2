package podspec

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// validateProbes checks the startup, liveness and readiness probes. The first two need successThreshold 1.
func (s *specValidator) validateProbes(path *field.Path, c *corev1.Container) field.ErrorList {
	errs := s.validateLivenessProbe(path.Child("livenessProbe"), c.LivenessProbe)
	if p := c.ReadinessProbe; p != nil {
		at := path.Child("readinessProbe")
		errs = append(errs, s.validateProbe(at, p)...)
		if p.TerminationGracePeriodSeconds != nil {
			errs = append(errs, field.Invalid(at.Child("terminationGracePeriodSeconds"), p.TerminationGracePeriodSeconds,
				"must not be set for readinessProbes"))
		}
	}
	return append(errs, s.validateLivenessProbe(path.Child("startupProbe"), c.StartupProbe)...)
}

// validateLivenessProbe checks a probe whose failure restarts the container: liveness or startup.
func (s *specValidator) validateLivenessProbe(path *field.Path, p *corev1.Probe) field.ErrorList {
	if p == nil {
		return nil
	}
	errs := s.validateProbe(path, p)
	if p.SuccessThreshold != 1 {
		errs = append(errs, field.Invalid(path.Child("successThreshold"), p.SuccessThreshold, "must be 1"))
	}
	return errs
}

func (s *specValidator) validateProbe(path *field.Path, p *corev1.Probe) field.ErrorList {
	h := handler{Exec: p.Exec, HTTPGet: p.HTTPGet, TCPSocket: p.TCPSocket, GRPC: p.GRPC}
	errs := s.validateHandler(path, h)
	for _, n := range []struct {
		field string
		value int32
	}{
		{"initialDelaySeconds", p.InitialDelaySeconds}, {"timeoutSeconds", p.TimeoutSeconds}, {"periodSeconds", p.PeriodSeconds},
		{"successThreshold", p.SuccessThreshold}, {"failureThreshold", p.FailureThreshold},
	} {
		if n.value < 0 {
			errs = append(errs, validate.NonNegative(path.Child(n.field), n.value)...)
		}
	}
	if grace := p.TerminationGracePeriodSeconds; grace != nil && *grace <= 0 {
		errs = append(errs, field.Invalid(path.Child("terminationGracePeriodSeconds"), *grace, "must be greater than 0"))
	}
	return errs
}

// validateLifecycle checks the hooks postStart and preStop.
func (s *specValidator) validateLifecycle(path *field.Path, c *corev1.Container) field.ErrorList {
	if c.Lifecycle == nil {
		return nil
	}
	var errs field.ErrorList
	path = path.Child("lifecycle")
	for _, hook := range []struct {
		field string
		do    *corev1.LifecycleHandler
	}{{"postStart", c.Lifecycle.PostStart}, {"preStop", c.Lifecycle.PreStop}} {
		if h := hook.do; h != nil {
			errs = append(errs, s.validateHandler(path.Child(hook.field), handler{Exec: h.Exec, HTTPGet: h.HTTPGet, TCPSocket: h.TCPSocket, Sleep: h.Sleep})...)
		}
	}
	return errs
}

// handler is the action of a probe or a hook: exactly one is set.
type handler struct {
	Exec      *corev1.ExecAction
	HTTPGet   *corev1.HTTPGetAction
	TCPSocket *corev1.TCPSocketAction
	GRPC      *corev1.GRPCAction
	Sleep     *corev1.SleepAction
}

func (s *specValidator) validateHandler(path *field.Path, h handler) field.ErrorList {
	var errs field.ErrorList
	given := 0
	for _, kind := range []struct {
		field string
		set   bool
		check func(path *field.Path) field.ErrorList
	}{
		{"exec", h.Exec != nil, h.validateExec}, {"httpGet", h.HTTPGet != nil, h.validateHTTPGet}, {"tcpSocket", h.TCPSocket != nil, h.validateTCPSocket},
		{"grpc", h.GRPC != nil, h.validateGRPC}, {"sleep", h.Sleep != nil, func(path *field.Path) field.ErrorList { return s.validateSleep(path, h.Sleep) }},
	} {
		switch {
		case !kind.set:
			continue
		case given > 0:
			errs = append(errs, field.Forbidden(path.Child(kind.field), "may not specify more than 1 handler type"))
		default:
			errs = append(errs, kind.check(path.Child(kind.field))...)
			given++
		}
	}
	if given == 0 {
		errs = append(errs, field.Required(path, "must specify a handler type"))
	}
	return errs
}

func (h handler) validateExec(path *field.Path) field.ErrorList {
	if len(h.Exec.Command) > 0 {
		return nil
	}
	return field.ErrorList{field.Required(path.Child("command"), "")}
}

func (h handler) validateHTTPGet(path *field.Path) field.ErrorList {
	get := h.HTTPGet
	errs := validate.Required(path.Child("path"), get.Path)
	errs = append(errs, validate.PortNumberOrName(path.Child("port"), get.Port)...)
	errs = append(errs, validate.Supported(path.Child("scheme"), get.Scheme, corev1.URISchemeHTTP, corev1.URISchemeHTTPS)...)
	for _, header := range get.HTTPHeaders {
		errs = append(errs, validate.Invalid(path.Child("httpHeaders"), header.Name, validation.IsHTTPHeaderName(header.Name))...)
	}
	return errs
}

func (h handler) validateTCPSocket(path *field.Path) field.ErrorList {
	return validate.PortNumberOrName(path.Child("port"), h.TCPSocket.Port)
}

func (h handler) validateGRPC(path *field.Path) field.ErrorList {
	return validate.PortNumberOrName(path.Child("port"), intstr.FromInt32(h.GRPC.Port))
}

// validateSleep: the sleep is not longer than the termination grace period.
func (s *specValidator) validateSleep(path *field.Path, action *corev1.SleepAction) field.ErrorList {
	grace := s.spec.TerminationGracePeriodSeconds
	if grace == nil || action.Seconds >= 0 && action.Seconds <= *grace {
		return nil
	}
	return field.ErrorList{field.Invalid(path, action.Seconds,
		fmt.Sprintf("must be non-negative and less than terminationGracePeriodSeconds (%d)", *grace))}
}
