package versions

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// pullPolicy is how an image is pulled where its user does not say: always if its name may mean another image
// tomorrow, which is so for the tag latest and for a name that has neither tag nor digest. What is no name at all is
// left for validation to refuse. Upstream: SetDefaults_Container, parsers.ParseImageName.
func pullPolicy(image string) corev1.PullPolicy {
	if tag, ok := imageTag(image); ok && tag == "latest" {
		return corev1.PullAlways
	}
	return corev1.PullIfNotPresent
}

// imageTag is the tag that an image's name has or implies, "" for a digest alone; false: it is not an image's name.
func imageTag(image string) (tag string, ok bool) {
	if imageID.MatchString(image) {
		return "", false
	}
	found := imageName.FindStringSubmatch(fullName(image))
	if found == nil || len(found[1]) > 255 {
		return "", false
	}
	tag, digest := found[2], found[3]
	if tag == "" && digest == "" {
		return "latest", true
	}
	return tag, true
}

// fullName puts the registry before a name that has none. Its first part is a registry if it could not be a folder.
func fullName(image string) string {
	first, _, more := strings.Cut(image, "/")
	if more && (strings.ContainsAny(first, ".:") || first == "localhost" || strings.ToLower(first) != first) {
		return image
	}
	return "docker.io/" + image
}

// The grammar of image names. Upstream: github.com/distribution/reference.
var (
	imageID   = regexp.MustCompile(`^[a-f0-9]{64}$`)
	imageName = regexp.MustCompile(`^(` + imageHost + `(?:/` + imagePart + `)+)(?::([\w][\w.-]{0,127}))?(?:@(` + imageDigest + `))?$`)
)

const (
	imageHostPart = `(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`
	imageHost     = `(?:` + imageHostPart + `(?:\.` + imageHostPart + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
	imagePart     = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
	imageDigest   = `sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}`
)
