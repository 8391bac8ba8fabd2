package rest

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// DecodeRequestOptions reads the query into options, by the names of their JSON fields; nil options take nothing. subpath, where it
// is not empty, is the parameter that gets the rest of the path, with its leading slash. A value that cannot be read is
// a 400. Upstream: handlers.getRequestOptions.
func (c *Call) DecodeRequestOptions(options runtime.Object, subpath string) error {
	if options == nil {
		return nil
	}
	query := c.Query()
	if subpath != "" {
		query = maps.Clone(query)
		if query == nil {
			query = url.Values{}
		}
		query.Set(subpath, c.rest())
	}
	if err := readParameters(query, reflect.ValueOf(options).Elem()); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return nil
}

// rest is what follows the resource, the name and the subresource in the path.
func (c *Call) rest() string {
	named := 2
	if c.Subresource != "" {
		named = 3
	}
	rest := strings.Join(c.Info.Parts[min(named, len(c.Info.Parts)):], "/")
	if rest != "" && !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	if strings.HasSuffix(c.Info.Path, "/") && !strings.HasSuffix(rest, "/") {
		rest += "/"
	}
	return rest
}

func readParameters(query url.Values, into reflect.Value) error {
	for i := range into.NumField() {
		name, _, _ := strings.Cut(into.Type().Field(i).Tag.Get("json"), ",")
		values := query[name]
		if name == "" || len(values) == 0 {
			continue
		}
		if err := readParameter(values, into.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

// readParameter reads the values of one parameter, of which most fields take the first.
func readParameter(values []string, field reflect.Value) (err error) {
	if at, ok := field.Addr().Interface().(*metav1.Time); ok {
		return at.UnmarshalQueryParameter(values[0])
	}
	switch field.Kind() {
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		return readParameter(values, field.Elem())
	case reflect.String:
		field.SetString(values[0])
	case reflect.Bool: // ?follow means yes; only false and 0 mean no
		field.SetBool(!strings.EqualFold(values[0], "false") && values[0] != "0")
	case reflect.Int32, reflect.Int64:
		var n int64
		n, err = strconv.ParseInt(values[0], 10, field.Type().Bits())
		field.SetInt(n)
	case reflect.Slice:
		if field.Type().Elem().Kind() != reflect.String {
			return fmt.Errorf("no parameter can be read into a %s", field.Type())
		}
		field.Set(reflect.ValueOf(values).Convert(field.Type()))
	default:
		return fmt.Errorf("no parameter can be read into a %s", field.Type())
	}
	return err
}
