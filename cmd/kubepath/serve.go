package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	request "kubepath/chapters/01-request"
	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	"kubepath/chapters/17-controlplane/network"
	"kubepath/internal/embedetcd"
	"kubepath/internal/tools/trace"
)

// serveFlags are kube-apiserver's, by their names, and a few of our own.
type serveFlags struct {
	options
	serving      server.SecureServingOptions
	insecurePort int
	minTimeout   int // seconds
	kubeconfig   string
	cache        cacheFlags
	elsewhere    etcdFlags
	clusterIPs   string // the ranges, as text
	advertise    string // an address; "": this machine's, where others reach it
}

func newServe() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API until interrupted",
		Example: `  kubepath serve --data-dir data --write-kubeconfig kubeconfig
  KUBECONFIG=kubeconfig kubectl get namespaces
  kubepath serve --etcd-servers http://127.0.0.1:2379
  kubepath serve --with-exercise 7   on your own code`,
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if asked, err := withExercise(c); asked || err != nil {
				return err
			}
			if names := f.featureGates.withoutEffect(); len(names) > 0 {
				fmt.Fprintf(c.ErrOrStderr(), "--feature-gates: kubepath has no switch for %s\n", strings.Join(names, ", "))
			}
			return f.run(c.Context(), c.OutOrStdout())
		},
	}
	f.addTo(c.Flags())
	addExerciseFlag(c.Flags())
	return c
}

func (f *serveFlags) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&f.dataDir, "data-dir", "", "directory of the embedded etcd (default: a temporary one, removed at the end)")
	f.elsewhere.options = &f.options
	f.elsewhere.addTo(flags)
	flags.StringVar(&f.mediaType, "storage-media-type", runtime.ContentTypeProtobuf, "media type of stored objects")
	flags.Var(&f.featureGates, "feature-gates", "features to switch on or off, by kube-apiserver's names: CBORServingAndStorage=true; the others are as they are by default")

	flags.StringSliceVar(&f.runtimeConfig, "runtime-config", nil, "versions and resources to switch on or off: extensions/v1beta1=true,batch/v1/cronjobs=false,api/all=true")
	flags.StringSliceVar(&f.storageVersions, "storage-versions", nil, "versions in which to store their kinds, in place of the usual ones: autoscaling/v1")

	flags.DurationVar(&f.eventTTL, "event-ttl", time.Hour, "for how long events are kept")
	flags.DurationVar(&f.compactInterval, "etcd-compaction-interval", 5*time.Minute, "for how long etcd keeps what was replaced; 0: for ever")
	flags.StringVar(&f.serving.BindAddress, "bind-address", "127.0.0.1", "address of the secure port; nobody is authenticated yet, so think before you open it")
	flags.IntVar(&f.serving.BindPort, "secure-port", 6443, "port for HTTPS; 0: any that is free")
	flags.IntVar(&f.insecurePort, "insecure-port", -1, "port for plain HTTP on 127.0.0.1; 0: any that is free (default: none)")
	flags.StringVar(&f.serving.CertDirectory, "cert-dir", "", "directory of the self-signed certificate (default: in memory)")
	flags.StringVar(&f.serving.CertFile, "tls-cert-file", "", "certificate for HTTPS")
	flags.StringVar(&f.serving.KeyFile, "tls-private-key-file", "", "key of --tls-cert-file")

	f.cache.addTo(flags)
	flags.DurationVar(&f.requestTimeout, "request-timeout", time.Minute, "longest time of a request that is not a watch")
	flags.IntVar(&f.minTimeout, "min-request-timeout", 1800, "seconds that a watch lasts at least whose client names no time")
	flags.IntVar(&f.maxInFlight, "max-requests-inflight", 400, "reading requests at the same time")
	flags.IntVar(&f.maxMutatingInFlight, "max-mutating-requests-inflight", 200, "writing requests at the same time")

	flags.StringVar(&f.clusterIPs, "service-cluster-ip-range", "10.0.0.0/24", "range of the services' addresses; two of different IP families with a comma")
	f.network.NodePortRange = utilnet.PortRange{Base: 30000, Size: 2768}
	flags.Var(&f.network.NodePortRange, "service-node-port-range", "range of the services' node ports")
	flags.StringVar(&f.advertise, "advertise-address", "", "address of the service kubernetes' endpoint (default: that of --bind-address, or of this machine)")

	flags.StringVar(&f.kubeconfig, "write-kubeconfig", "", "write a kubeconfig for this server to a file")
	flags.IntVar(&f.keepTraces, "keep-traces", 100, fmt.Sprintf("requests whose path is kept for kubepath trace --last, of the last ones as many as %d MiB hold; 0: none", trace.MaxBytes>>20))
	flags.Float64Var(&f.tracesPerSecond, "traces-per-second", 10, "requests a second whose path is noted; 0: all")
}

// check finds what contradicts itself before anything is started.
func (f *serveFlags) check() error {
	const hint = "kubepath serve --help lists the flags"
	switch {
	case f.dataDir != "" && len(f.etcd.ServerList) > 0:
		return usageError{errors.New("--data-dir is for the embedded etcd, --etcd-servers for another one"), hint}
	case (f.serving.CertFile == "") != (f.serving.KeyFile == ""):
		return usageError{errors.New("--tls-cert-file and --tls-private-key-file come together"), hint}
	case !slices.Contains(kinds.StorageMediaTypes(), f.mediaType):
		return usageError{fmt.Errorf("--storage-media-type %q invalid, allowed values: %s", f.mediaType, strings.Join(kinds.StorageMediaTypes(), ", ")), hint}
	case !strings.HasPrefix(f.prefix, "/"):
		return usageError{fmt.Errorf("--etcd-prefix %q does not begin with a slash", f.prefix), hint}
	case f.keepTraces < 0:
		return usageError{fmt.Errorf("--keep-traces %d is less than 0", f.keepTraces), hint}
	case f.eventTTL < time.Second:
		return usageError{fmt.Errorf("--event-ttl %s is less than a second", f.eventTTL), hint}
	case f.advertise != "" && net.ParseIP(f.advertise) == nil:
		return usageError{fmt.Errorf("--advertise-address %q is not an IP address", f.advertise), hint}
	}
	ranges, err := network.ParseClusterIPRanges(f.clusterIPs)
	if err != nil {
		return usageError{err, hint}
	}
	f.network.ClusterIPRanges = ranges
	if f.watchCache, err = f.cache.settings(); err != nil {
		return usageError{err, hint}
	}
	if err := f.elsewhere.check(); err != nil {
		return usageError{err, hint}
	}
	return nil
}

// advertised is where others reach the secure port: no endpoint of a service may be a loopback address. The zero value:
// this machine has no other.
func (f *serveFlags) advertised(listening net.Addr) netip.AddrPort {
	wanted := net.ParseIP(f.advertise)
	if wanted == nil {
		wanted = net.ParseIP(f.serving.BindAddress)
	}
	tcp, ok := listening.(*net.TCPAddr)
	ip, err := utilnet.ResolveBindAddress(wanted)
	address, valid := netip.AddrFromSlice(ip)
	if !ok || err != nil || !valid {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(address.Unmap(), uint16(tcp.Port))
}

// run listens first, so that a port in use is known before etcd starts, and serves until ctx ends.
func (f *serveFlags) run(ctx context.Context, out io.Writer) error {
	began := time.Now()
	f.minRequestTimeout = time.Duration(f.minTimeout) * time.Second
	if f.keepTraces == 0 {
		f.options.keepTraces = -1
	}
	listeners, client, err := f.listen()
	if err != nil {
		return err
	}
	defer func() {
		for _, l := range listeners {
			l.Close() // closed already after a run
		}
	}()
	f.network.Bootstrap, f.network.Advertise = true, f.advertised(listeners[0].Addr())
	a, err := newAPIServer(ctx, f.options)
	if err != nil && ctx.Err() != nil {
		return nil // interrupted before it began
	}
	if err != nil {
		return explain(err)
	}
	a.Handle(tracesPath, trace.Serve(a.recorder))
	if f.kubeconfig != "" {
		if err := request.WriteKubeconfig(f.kubeconfig, client); err != nil {
			return errors.Join(err, a.Close())
		}
	}
	if err := a.AddPostStartHook("announce", func(context.Context) error {
		go debug.FreeOSMemory() // what only the start needed
		return f.announce(out, listeners, client, time.Since(began))
	}); err != nil {
		return errors.Join(err, a.Close())
	}
	return f.serve(ctx, a, listeners)
}

// serve runs the server until ctx ends, or until the embedded etcd does: then no request can be answered, not even those
// that are under way, so nobody waits for them.
func (f *serveFlags) serve(ctx context.Context, a *apiServer, listeners []net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, listeners...) }()
	failed := context.Background()
	if a.embedded != nil {
		failed = a.embedded.Failed()
	}
	select {
	case err := <-ended:
		return errors.Join(err, a.Close())
	case <-failed.Done():
		err := errors.Join(context.Cause(failed), a.embedded.Close())
		if f.dataDir == "" {
			return hintError{err, "its temporary directory is gone with it; with --data-dir, every write that was answered is kept"}
		}
		return explain(err)
	}
}

// anyToken stands in kubeconfigs: kubectl asks for a user name where it has no credentials, and nobody checks them before
// chapter 14.
const anyToken = "any"

// listen opens the ports. The client is how to reach the secure one.
func (f *serveFlags) listen() ([]net.Listener, *request.Config, error) {
	f.serving.AlternateNames = append(f.serving.AlternateNames, f.serving.BindAddress)
	secure, certificate, err := f.serving.Listen()
	if err != nil {
		return nil, nil, explain(err)
	}
	client := &request.Config{Host: "https://" + reachable(secure.Addr()), DefaultNamespace: "default", BearerToken: anyToken}
	client.TLSClientConfig.CAData = string(certificate)
	if block, _ := pem.Decode(certificate); block == nil || f.serving.CertFile != "" {
		client.TLSClientConfig.CAData, client.TLSClientConfig.CAFile = "", f.serving.CertFile
	}
	listeners := []net.Listener{secure}
	if f.insecurePort >= 0 {
		plain, err := server.ListenLoopback(f.insecurePort)
		if err != nil {
			return nil, nil, errors.Join(explain(err), secure.Close())
		}
		listeners = append(listeners, plain)
	}
	return listeners, client, nil
}

// reachable is a listener's address as a client on this machine can use it.
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// announce says how to use the server.
func (f *serveFlags) announce(out io.Writer, listeners []net.Listener, client *request.Config, took time.Duration) error {
	where := "an embedded etcd, in a temporary directory"
	switch {
	case len(f.etcd.ServerList) > 0:
		where = "etcd at " + strings.Join(f.etcd.ServerList, ", ")
	case f.dataDir != "":
		where = "an embedded etcd, in " + f.dataDir
	}
	text := fmt.Sprintf("kubepath serves %s, ready after %d ms\nobjects lie in %s\n", client.Host, took.Milliseconds(), where)
	url := client.Host
	if len(listeners) > 1 {
		url = "http://" + listeners[1].Addr().String()
		text += "plain HTTP:  curl " + url + "/api/v1/namespaces\n"
	}
	if f.kubeconfig != "" {
		text += "kubectl:     KUBECONFIG=" + f.kubeconfig + " kubectl get namespaces\n"
	} else {
		text += "kubectl:     kubectl --server " + client.Host + " --insecure-skip-tls-verify get namespaces\n"
	}
	text += "its path:    kubepath trace --last --server " + url + "\n"
	_, err := io.WriteString(out, text)
	return err
}

// explain adds advice to what often goes wrong, at the start and with etcd later on.
func explain(err error) error {
	var damaged *embedetcd.DamageError
	var failed *embedetcd.FailureError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return hintError{err, "another process has the port; --secure-port 0 takes any that is free"}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return hintError{err, "every write that was answered is kept; free some space for the data directory, and start again"}
	case errors.Is(err, embedetcd.ErrTampered):
		return hintError{err, "the directory is not whole any more; put a backup in its place, or move it away to begin with an empty one"}
	case errors.As(err, &damaged):
		return hintError{err, "nothing was changed in it; put a whole backup in its place, or move it away to begin with an empty one"}
	case errors.As(err, &failed):
		return hintError{err, "every write that was answered is in its log; look after the disk, keep a copy of the directory, and start again"}
	}
	return err
}
