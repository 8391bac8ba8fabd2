package controlplane

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kubepath/internal/embedetcd"
)

// upstreamServer is a kube-apiserver over an etcd that other servers use, too.
type upstreamServer struct {
	url    string
	client *http.Client
}

// noAdmission plugins that would want other objects first, or change those that are compared.
const noAdmission = "NamespaceLifecycle,LimitRanger,ServiceAccount,TaintNodesByCondition,PodSecurity,Priority,DefaultTolerationSeconds," +
	"DefaultStorageClass,StorageObjectInUseProtection,PersistentVolumeClaimResize,RuntimeClass,CertificateApproval,CertificateSigning," +
	"ClusterTrustBundleAttest,CertificateSubjectRestriction,DefaultIngressClass,MutatingAdmissionWebhook,MutatingAdmissionPolicy,ValidatingAdmissionPolicy,ValidatingAdmissionWebhook,ResourceQuota"

// startUpstream runs the binary until the test ends, and waits until it is ready.
func startUpstream(t *testing.T, binary, etcd string) upstreamServer {
	t.Helper()
	folder := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	key := filepath.Join(folder, "accounts.key")
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}
	tokens := filepath.Join(folder, "tokens.csv")
	for file, text := range map[string][]byte{key: pem.EncodeToMemory(block), tokens: []byte("swap,swap,1,system:masters\n")} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, binary, "--etcd-servers="+etcd, "--secure-port="+strconv.Itoa(port), "--bind-address=127.0.0.1",
		"--cert-dir="+folder, "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file="+key,
		"--service-account-signing-key-file="+key, "--token-auth-file="+tokens, "--authorization-mode=AlwaysAllow", "--allow-privileged=true",
		"--disable-admission-plugins="+noAdmission, "--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none")
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // killed
		if t.Failed() {
			t.Logf("the last it said: %s", log.Bytes()[max(0, log.Len()-2000):])
		}
	})
	s := upstreamServer{url: fmt.Sprintf("https://127.0.0.1:%d", port), client: &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}}
	for deadline := time.Now().Add(2 * time.Minute); ; {
		if code, _, err := s.ask(t, http.MethodGet, "/readyz", ""); err == nil && code == http.StatusOK {
			return s
		} else if time.Now().After(deadline) {
			t.Fatalf("not ready: %d %v", code, err)
		}
		time.Sleep(200 * time.Millisecond) // another process: nothing here could tell
	}
}

func (s upstreamServer) ask(t *testing.T, method, path, body string) (int, map[string]any, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer swap")
	response, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	fields := map[string]any{}
	_ = json.Unmarshal(answer, &fields) // ok is no object
	return response.StatusCode, fields, err
}

// Two servers over one etcd, ours and the real one, where a kube-apiserver is on the PATH: what one of them creates, the
// other reads, and both show the same. scripts/swap runs it.
func TestKubeAPIServerAndOursReadWhatTheOtherHasWritten(t *testing.T) {
	t.Parallel()
	binary, err := exec.LookPath("kube-apiserver")
	if err != nil {
		t.Skip("no kube-apiserver on the PATH")
	}
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{ListenClient: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	theirs, ours := startUpstream(t, binary, etcd.Endpoint()), swapServer(t, etcd.Client())
	for _, bootstrapped := range [][]metav1.Object{flowLevels(), flowSchemas()} {
		for _, object := range bootstrapped {
			sameSpec(t, theirs, object)
		}
	}
	theirs.ask(t, http.MethodPost, "/api/v1/namespaces", `{"metadata":{"name":"swap"}}`)
	swapped := 0
	for i, f := range storedFacts(t) {
		if code, _, err := theirs.ask(t, http.MethodGet, f.collection("swap"), ""); err != nil || code != http.StatusOK {
			continue // a version that it no longer has
		}
		swapped++
		manifest, name := f.object(t, "swap", fmt.Sprintf("ours%d", i))
		if code, answer := ask(t, ours, http.MethodPost, f.collection("swap"), manifest); code != http.StatusCreated {
			t.Errorf("create %s here: %d %v", f.served, code, answer["message"])
		} else {
			sameThere(t, theirs, ours, f.collection("swap")+"/"+name)
		}
		manifest, other := f.object(t, "swap", fmt.Sprintf("theirs%d", i))
		if other == name { // the name says what it is: there is one of it
			continue
		}
		if code, answer, err := theirs.ask(t, http.MethodPost, f.collection("swap"), manifest); err != nil || code != http.StatusCreated {
			t.Errorf("create %s there: %d %v, %v", f.served, code, answer["message"], err)
		} else {
			sameThere(t, theirs, ours, f.collection("swap")+"/"+other)
		}
	}
	t.Logf("%d resources, both ways", swapped)
}

// sameThere compares what the two servers show. A struct that is empty may be missing: the types here are a release
// newer.
func sameThere(t *testing.T, theirs upstreamServer, ours http.Handler, path string) {
	t.Helper()
	theirCode, their, err := theirs.ask(t, http.MethodGet, path, "")
	code, our := ask(t, ours, http.MethodGet, path, "")
	if err != nil || theirCode != http.StatusOK || code != http.StatusOK {
		t.Fatalf("%s: there %d %v, %v; here %d %v", path, theirCode, their["message"], err, code, our["message"])
	}
	if version := func(object map[string]any) any { return object["metadata"].(map[string]any)["resourceVersion"] }; version(their) != version(our) {
		sameThere(t, theirs, ours, path) // a controller there was faster
		return
	}
	if missing, more := lost("", their, our), lost("", our, their); len(missing)+len(more) > 0 {
		t.Errorf("%s: only there %v, only here %v", path, missing, more)
	}
}

// sameSpec compares an object with which our clusters begin with that of theirs.
func sameSpec(t *testing.T, theirs upstreamServer, object metav1.Object) {
	t.Helper()
	resource := "flowschemas"
	if _, ok := object.(*flowcontrolv1.PriorityLevelConfiguration); ok {
		resource = "prioritylevelconfigurations"
	}
	_, their, err := theirs.ask(t, http.MethodGet, "/apis/flowcontrol.apiserver.k8s.io/v1/"+resource+"/"+object.GetName(), "")
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	our := map[string]any{}
	if err := json.Unmarshal(written, &our); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(our["spec"], their["spec"]) {
		t.Errorf("%s %s: there %v, here %v", resource, object.GetName(), their["spec"], our["spec"])
	}
}
