package rest

import (
	"regexp"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var schemeName = regexp.MustCompile(`in scheme "[^"]*"`)

const (
	bad           = metav1.StatusReasonBadRequest
	unprocessable = metav1.StatusReasonInvalid
	base          = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"base"},"data":{"k":"v"}}`
)

// The messages are those of the real server, word for word.
func TestABodyThatDoesNotFitTheRequestIsRefused(t *testing.T) {
	t.Parallel()
	h := serveShelf(t, base)
	const unrecognized = "the object provided is unrecognized (must be of type ConfigMap): "
	const unhandled = " cannot be handled as a ConfigMap: "
	for _, row := range []refusal{
		{"a wrong kind", "POST", configMapsPath, `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}`, "", 400, bad,
			`Secret in version "v1"` + unhandled + "converting (v1.Secret) to (core.ConfigMap): unknown conversion"},
		{"an unknown kind", "POST", configMapsPath, `{"apiVersion":"v1","kind":"Nonsense","metadata":{"name":"a"}}`, "", 400, bad,
			`Nonsense in version "v1"` + unhandled + `no kind "Nonsense" is registered for version "v1" in scheme <scheme>`},
		{"an unknown version", "POST", configMapsPath, `{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}`, "", 400, bad,
			`ConfigMap in version "v2"` + unhandled + `no kind "ConfigMap" is registered for version "v2" in scheme <scheme>`},
		{"a list", "POST", configMapsPath, `{"apiVersion":"v1","kind":"List","items":[]}`, "", 400, bad,
			`List in version "v1"` + unhandled + "converting (v1.List) to (core.ConfigMap): unknown conversion"},
		{"another namespace", "POST", configMapsPath, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"other"}}`, "", 400, bad,
			"the namespace of the provided object does not match the namespace sent on the request"},
		{"another namespace of a put", "PUT", configMapsPath + "/base", `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"base","namespace":"other"}}`, "", 400, bad,
			"the namespace of the provided object does not match the namespace sent on the request"},
		{"another name", "PUT", configMapsPath + "/base", `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"different"}}`, "", 400, bad,
			"the name of the object (different) does not match the name on the URL (base)"},
		{"no name", "PUT", configMapsPath + "/base", `{"kind":"ConfigMap","apiVersion":"v1","metadata":{}}`, "", 400, bad,
			"the name of the object (base based on URL) was undeterminable: name must be provided"},
		{"nothing", "POST", configMapsPath, "", "", 400, bad,
			unrecognized + "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"},
		{"nothing of a put", "PUT", configMapsPath + "/base", "", "", 400, bad,
			unrecognized + "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"},
		{"half of an object", "POST", configMapsPath, `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"`, "", 400, bad,
			unrecognized + `couldn't get version/kind; json parse error: unexpected end of JSON input ({"apiVersion": "v1", "kind": " ...)`},
		{"malformed yaml", "POST", configMapsPath, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [}\n", "Content-Type: application/yaml", 400, bad,
			unrecognized + "yaml: line 2: did not find expected node content (61706956657273696f6e3a2076310a6b696e643a20436f6e6669674d6170 ...)"},
		{"a string", "POST", configMapsPath, "\"just a string\"\n", "", 400, bad,
			unrecognized + `couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct ` +
				`{ APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" } (226a757374206120737472696e67220a)`},
		{"a number where a string belongs", "POST", configMapsPath, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"num"},"data":{"a":5}}`, "", 400, bad,
			`ConfigMap in version "v1"` + unhandled + "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"},
		{"an unknown format", "POST", configMapsPath, `{}`, "Content-Type: text/plain", 415, metav1.StatusReasonUnsupportedMediaType,
			"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf"},
		{"too much", "POST", configMapsPath, `{"data":{"a":"` + strings.Repeat("x", 3200000) + `"}}`, "", 413, metav1.StatusReasonRequestEntityTooLarge,
			"Request entity too large: limit is 3145728"},
		{"unknown fields, strict", "POST", configMapsPath + "?fieldValidation=Strict", `{"apiVersion":"v1","kind":"ConfigMap","another":{"a":"b"},"metadata":{"name":"d"},"unknown":1}`, "", 400, bad,
			`ConfigMap in version "v1"` + unhandled + `strict decoding error: unknown field "another", unknown field "unknown"`},
		{"a repeated key, strict", "POST", configMapsPath + "?fieldValidation=Strict", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"e"},"data":{"k":"1","k":"2"},"immutable":false,"immutable":true}`, "", 400, bad,
			`ConfigMap in version "v1"` + unhandled + `strict decoding error: duplicate field "data.k", duplicate field "immutable"`},
		{"a repeated key in yaml, strict", "POST", configMapsPath + "?fieldValidation=Strict", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\ndata: {k: a}\ndata: {k: b}\n", "Content-Type: application/yaml", 400, bad,
			`ConfigMap in version "v1"` + unhandled + "strict decoding error: yaml: unmarshal errors:\n  line 5: key \"data\" already set in map"},
	} {
		row.run(t, h)
	}
}

func TestOptionsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	h := serveShelf(t, base)
	one := configMapsPath + "/base"
	for _, row := range []refusal{
		{"an unknown fieldValidation", "POST", configMapsPath + "?fieldValidation=Loose", base, "", 422, unprocessable,
			`CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loose": supported values: "", "Ignore", "Strict", "Warn"`},
		{"an unknown dryRun", "POST", configMapsPath + "?dryRun=Some", base, "", 422, unprocessable,
			`CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"`},
		{"an empty dryRun", "POST", configMapsPath + "?dryRun=", base, "", 422, unprocessable,
			`CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: [""]: supported values: "All"`},
		{"a dryRun of a put", "PUT", one + "?dryRun=Some", base, "", 422, unprocessable,
			`UpdateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"`},
		{"a dryRun of a delete", "DELETE", one + "?dryRun=true", "", "", 422, unprocessable,
			`DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["true"]: supported values: "All"`},
		{"a long field manager", "POST", configMapsPath + "?fieldManager=" + strings.Repeat("m", 129), base, "", 422, unprocessable,
			`CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes`},
		{"a bad label selector", "GET", configMapsPath + "?labelSelector=app in", "", "", 400, bad,
			"unable to parse requirement: found '' expected: '('"},
		{"a bad label value", "GET", configMapsPath + "?labelSelector=app=not valid", "", "", 400, bad,
			"found 'valid', expected: ',' or 'end of string'"},
		{"a field that cannot be selected", "GET", configMapsPath + "?fieldSelector=data.x=1", "", "", 400, bad,
			`"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"`},
		{"a bad field selector", "GET", configMapsPath + "?fieldSelector=metadata.name", "", "", 400, bad,
			"invalid selector: 'metadata.name'; can't understand 'metadata.name'"},
		{"a bad limit", "GET", configMapsPath + "?limit=many", "", "", 400, bad,
			`strconv.ParseInt: parsing "many": invalid syntax`},
		{"exactly version zero", "GET", configMapsPath + "?resourceVersion=0&resourceVersionMatch=Exact", "", "", 422, unprocessable,
			`ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`},
		{"a match without a version", "GET", configMapsPath + "?resourceVersionMatch=Exact", "", "", 422, unprocessable,
			`ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`},
		{"an unknown match", "GET", configMapsPath + "?resourceVersion=5&resourceVersionMatch=Roughly", "", "", 422, unprocessable,
			`ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Roughly": supported values: "Exact", "NotOlderThan", ""`},
		{"a collection with a bad selector", "DELETE", configMapsPath + "?labelSelector=a in", "", "", 400, bad,
			"unable to parse requirement: found '' expected: '('"},
		{"an unknown propagation", "DELETE", one + "?propagationPolicy=Sideways", "", "", 422, unprocessable,
			`DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"`},
		{"both ways of orphaning", "DELETE", one, `{"kind":"DeleteOptions","apiVersion":"v1","orphanDependents":true,"propagationPolicy":"Foreground"}`, "", 422, unprocessable,
			`DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Foreground": orphanDependents and deletionPropagation cannot be both set`},
		{"options that are none", "DELETE", one, `{"apiVersion":"v1","kind":"Pod"}`, "", 400, bad,
			`no kind "Pod" is registered for version "v1" in scheme <scheme>`},
		{"options that are not json", "DELETE", one, "{gracePeriod\n", "", 400, bad,
			"couldn't get version/kind; json parse error: invalid character 'g' looking for beginning of object key string"},
		{"an unknown shape", "GET", one, "", "Accept: application/json;as=Nonsense;v=v1;g=meta.k8s.io", 406, metav1.StatusReasonNotAcceptable,
			"only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"},
		{"an object as a list", "GET", one, "", "Accept: application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", 406, metav1.StatusReasonNotAcceptable,
			"you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)"},
		{"a list as an object", "GET", configMapsPath, "", "Accept: application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", 406, metav1.StatusReasonNotAcceptable,
			"you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)"},
		{"an unknown includeObject", "GET", configMapsPath + "?includeObject=Some", "", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io", 400, bad,
			"Unable to convert to Table as requested: includeObject: Invalid value: \"Some\": must be 'Metadata', 'Object', 'None', or empty"},
		{"a name that no path can hold", "GET", configMapsPath + "/a%25b", "", "", 400, bad,
			`Name parameter invalid: "a%b": may not contain '%'`},
		{"a missing object", "GET", configMapsPath + "/nosuch", "", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io", 404, metav1.StatusReasonNotFound,
			`configmaps "nosuch" not found`},
	} {
		row.run(t, h)
	}
}
