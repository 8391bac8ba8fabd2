package kinds

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// decodeMessage reads a message in an envelope, which has the bytes of more at its end.
func decodeMessage(t *testing.T, raw []byte, more string) error {
	t.Helper()
	unknown := runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "v1", Kind: "Pod"}, Raw: raw}
	body, err := unknown.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	codecs := NewCodecs(NewScheme())
	media, err := codecs.NegotiateInputSerializer(runtime.ContentTypeProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = codecs.Decode(media, append([]byte(protobufMagic), string(body)+more...), DecodeOptions{Default: corev1.SchemeGroupVersion.WithKind("Pod")})
	return err
}

// fieldOfBytes is a field of a message.
func fieldOfBytes(number byte, value []byte) []byte {
	head := []byte{number<<3 | 2}
	for n := len(value); ; n >>= 7 {
		if n < 0x80 {
			return append(append(head, byte(n)), value...)
		}
		head = append(head, byte(n)|0x80)
	}
}

func TestAMessageThatIsHugeInMemoryIsRefused(t *testing.T) {
	t.Parallel()
	for sentence, raw := range map[string][]byte{
		"empty containers": fieldOfBytes(2, bytes.Repeat([]byte{2<<3 | 2, 0}, 1<<20)),
		"empty labels":     fieldOfBytes(1, bytes.Repeat([]byte{11<<3 | 2, 0}, 1<<20)),
	} {
		for _, more := range []string{"", "\x32\x01x"} { // a field that envelopes do not have
			if err := decodeMessage(t, raw, more); !apierrors.IsRequestEntityTooLargeError(err) {
				t.Errorf("%s, %q: %v", sentence, more, err)
			}
		}
	}
}

func TestAnOrdinaryLargeMessageIsRead(t *testing.T) {
	t.Parallel()
	pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"a": strings.Repeat("x", 2<<20)}}}
	pod.Spec.Containers = []corev1.Container{{Env: make([]corev1.EnvVar, 8000)}}
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{FieldsV1: &metav1.FieldsV1{Raw: bytes.Repeat([]byte(" "), 1<<19)}}}
	raw, err := pod.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := decodeMessage(t, raw, ""); err != nil {
		t.Error(err)
	}
}

func TestMessagesInMessagesAreCounted(t *testing.T) {
	t.Parallel()
	type nested struct {
		Below *nested `protobuf:"bytes,1,opt,name=below"`
	}
	message := []byte{}
	for range maxProtoDepth {
		message = fieldOfBytes(1, message)
	}
	below := reflect.TypeFor[nested]()
	if err := checkMessage(below, message); err == nil {
		t.Errorf("%d levels are read", maxProtoDepth)
	}
	if err := checkMessage(below, message[4:]); err != nil {
		t.Error(err)
	}
}
