package versions

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// pullPolicy returns the default of imagePullPolicy: Always for the tag latest and for a name without tag and digest,
// because the image may change; IfNotPresent for others. Invalid names are refused by validation. Upstream:
// SetDefaults_Container, parsers.ParseImageName.
func pullPolicy(image string) corev1.PullPolicy {
	if tag, ok := imageTag(image); ok && tag == "latest" {
		return corev1.PullAlways
	}
	return corev1.PullIfNotPresent
}

// imageTag returns the tag that an image name has or implies, "" for a digest without a tag; false: the name is
// invalid. The form is [HOST/]FOLDER/.../NAME[:TAG][@DIGEST]. Upstream: github.com/distribution/reference.
func imageTag(image string) (tag string, ok bool) {
	name, digest, digested := strings.Cut(image, "@")
	if digested && !imageDigest.MatchString(digest) {
		return "", false
	}
	tagged := false
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name, tag, tagged = name[:colon], name[colon+1:], true
		if !isTag(tag) {
			return "", false
		}
	}
	if !tagged && !digested {
		tag = "latest"
	}
	return tag, isImageName(name) && !imageID.MatchString(image)
}

func isImageName(name string) bool {
	if host, path, more := strings.Cut(name, "/"); more && isHost(host) {
		if !imageHost.MatchString(host) {
			return false
		}
		name = path
	}
	if len(name) > 255 {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if !isImagePart(part) {
			return false
		}
	}
	return true
}

// isHost reports whether the first part of a name is a registry host: it cannot be a folder name.
func isHost(first string) bool {
	return strings.ContainsAny(first, ".:") || first == "localhost" || strings.ToLower(first) != first
}

// isImagePart: lower case letters and digits, separated by one dot, one or two underscores, or dashes.
func isImagePart(part string) bool {
	for {
		word := strings.TrimLeft(part, "abcdefghijklmnopqrstuvwxyz0123456789")
		if word == part {
			return false // empty, or an invalid sequence of separators
		}
		if word == "" {
			return true
		}
		switch {
		case strings.HasPrefix(word, "__"):
			part = word[2:]
		case word[0] == '.', word[0] == '_':
			part = word[1:]
		default:
			if part = strings.TrimLeft(word, "-"); part == word {
				return false
			}
		}
	}
}

func isTag(tag string) bool { return len(tag) <= 128 && imageTagForm.MatchString(tag) }

var (
	imageID      = regexp.MustCompile(`^[a-f0-9]{64}$`)
	imageTagForm = regexp.MustCompile(`^\w[\w.-]*$`)
	imageHost    = regexp.MustCompile(`^(?:` + hostPart + `(?:\.` + hostPart + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`)
	imageDigest  = regexp.MustCompile(`^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$`)
)

const hostPart = `(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`
