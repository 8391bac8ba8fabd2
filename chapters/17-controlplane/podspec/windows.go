package podspec

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

// validateWindowsOptions checks the user and the credentials of a Windows container.
func validateWindowsOptions(path *field.Path, o *corev1.WindowsSecurityContextOptions) field.ErrorList {
	if o == nil {
		return nil
	}
	var errs field.ErrorList
	if name := o.GMSACredentialSpecName; name != nil {
		errs = append(errs, validate.Invalid(path.Child("gmsaCredentialSpecName"), name, validation.IsDNS1123Subdomain(*name))...)
	}
	if spec := o.GMSACredentialSpec; spec != nil {
		at := path.Child("gmsaCredentialSpec")
		switch {
		case *spec == "":
			errs = append(errs, field.Invalid(at, spec, "gmsaCredentialSpec cannot be an empty string"))
		case len(*spec) > 64*1024:
			errs = append(errs, field.Invalid(at, spec, "gmsaCredentialSpec size must be under 64 KiB"))
		}
	}
	if name := o.RunAsUserName; name != nil {
		errs = append(errs, validate.Invalid(path.Child("runAsUserName"), name, windowsUser(*name))...)
	}
	return errs
}

var (
	controls    = regexp.MustCompile(`[[:cntrl:]]+`)
	netBios     = regexp.MustCompile(`^[^\\/:\*\?"<>|\.][^\\/:\*\?"<>|]{0,14}$`)
	windowsDNS  = regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)
	notInUser   = regexp.MustCompile(`["/\\:;|=,\+\*\?<>@\[\]]`)
	dotsOrBlank = regexp.MustCompile(`^[\. ]+$`)
)

// windowsUser returns what is wrong with USER or DOMAIN\\USER.
func windowsUser(name string) []string {
	domain, user, inDomain := strings.Cut(name, `\`)
	switch {
	case name == "":
		return []string{"runAsUserName cannot be an empty string"}
	case controls.MatchString(name):
		return []string{"runAsUserName cannot contain control characters"}
	case strings.Count(name, `\`) > 1:
		return []string{"runAsUserName cannot contain more than one backslash"}
	case !inDomain:
		domain, user = "", name
	}
	var bad []string
	for _, rule := range []struct {
		broken  bool
		message string
	}{
		{len(domain) >= 256, "runAsUserName's Domain length must be under 256 characters"},
		{inDomain && !netBios.MatchString(domain) && !windowsDNS.MatchString(domain),
			"runAsUserName's Domain doesn't match the NetBios nor the DNS format"},
		{user == "", "runAsUserName's User cannot be empty"},
		{len(user) > 104, "runAsUserName's User length must not be longer than 104 characters"},
		{dotsOrBlank.MatchString(user), "runAsUserName's User cannot contain only periods or spaces"},
		{notInUser.MatchString(user), `runAsUserName's User cannot contain the following characters: "/\:;|=,+*?<>@[]`},
	} {
		if rule.broken {
			bad = append(bad, rule.message)
		}
	}
	return bad
}

// validateHostProcess: all containers of a Windows pod are HostProcess containers, or none is.
func (s *specValidator) validateHostProcess() field.ErrorList {
	var ofPod *bool
	if c := s.spec.SecurityContext; c != nil && c.WindowsOptions != nil {
		ofPod = c.WindowsOptions.HostProcess
	}
	var errs field.ErrorList
	all, hosts := 0, 0
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		all++
		own := ofPod
		if c.SecurityContext != nil && c.SecurityContext.WindowsOptions != nil && c.SecurityContext.WindowsOptions.HostProcess != nil {
			own = c.SecurityContext.WindowsOptions.HostProcess
		}
		if ofPod != nil && own != nil && *ofPod != *own {
			errs = append(errs, field.Invalid(path.Child("securityContext", "windowsOptions", "hostProcess"), *own,
				fmt.Sprintf("pod hostProcess value must be identical if both are specified, was %v", *ofPod)))
		}
		if ptr.Deref(own, false) {
			hosts++
		}
	})
	if hosts > 0 && hosts != all {
		errs = append(errs, field.Invalid(s.path, "", "If pod contains any hostProcess containers then all containers must be HostProcess containers"))
	}
	if hosts > 0 && !s.spec.HostNetwork {
		errs = append(errs, field.Invalid(s.path.Child("hostNetwork"), false,
			"hostNetwork must be true if pod contains any hostProcess containers"))
	}
	return errs
}
