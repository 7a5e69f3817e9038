import type { Dialect, Statement } from './dialect.ts';
import { countOr, hostPort, isYes, range, rate, same, seconds, SENTENCES } from './values.ts';

/** vsftpd.conf(5): `name=value` with no space around it, `#` begins a comment. */
export const VSFTPD: Dialect = {
  name: 'vsftpd',
  files: ['vsftpd.conf'],
  read,
  translations: [
    {
      from: ['listen_port', 'listen_address', 'listen_address6', 'listen_ipv6', 'implicit_ssl'],
      key: 'ftp.listen',
      value: (port = '21', v4, v6, ipv6, implicit) =>
        isYes(implicit, false) ? undefined : hostPort(host(v4, v6, ipv6), port),
      always: true,
    },
    {
      from: ['implicit_ssl', 'listen_port', 'listen_address', 'listen_address6', 'listen_ipv6'],
      key: 'ftp.listen-tls',
      value: (implicit, port = '990', v4, v6, ipv6) =>
        isYes(implicit, false) ? hostPort(host(v4, v6, ipv6), port) : undefined,
    },
    { from: ['pasv_min_port', 'pasv_max_port'], key: 'ftp.passive-ports', value: range },
    { from: ['pasv_address'], key: 'ftp.passive-address', value: same },
    { from: ['ftpd_banner'], key: 'ftp.banner', value: same },
    { from: ['idle_session_timeout'], key: 'ftp.idle-timeout', value: seconds },
    { from: ['data_connection_timeout'], key: 'ftp.stall-timeout', value: seconds },
    { from: ['accept_timeout'], key: 'ftp.data-timeout', value: seconds },
    { from: ['max_login_fails'], key: 'ftp.max-login-failures', value: same },
    { from: ['max_clients'], key: 'limits.max-connections', value: countOr(1_000_000) },
    { from: ['max_per_ip'], key: 'limits.max-connections-per-address', value: countOr(1_000_000) },
    { from: ['local_max_rate'], key: 'limits.session-upload-rate', value: rate },
    { from: ['local_max_rate'], key: 'limits.session-download-rate', value: rate },
    {
      from: ['ssl_enable', 'force_local_logins_ssl'],
      key: 'tls.policy',
      value: (enabled, forced) => {
        if (!isYes(enabled, false)) return 'off';
        return isYes(forced, true) ? 'required' : 'allowed';
      },
      always: true,
    },
    { from: ['rsa_cert_file'], key: 'tls.certificate', value: same },
    { from: ['rsa_private_key_file'], key: 'tls.key', value: same },
    {
      from: ['require_ssl_reuse', 'ssl_enable'],
      key: 'tls.session-reuse',
      value: (reuse, enabled) =>
        isYes(enabled, false) && isYes(reuse, true) ? 'required' : 'preferred',
    },
    {
      from: ['strict_ssl_read_eof'],
      key: 'tls.close-notify',
      value: (strict) => (isYes(strict, false) ? 'required' : undefined),
    },
    { from: ['ca_certs_file', 'require_cert'], key: 'tls.client-ca', value: clientCa },
    {
      from: ['xferlog_file', 'xferlog_enable', 'xferlog_std_format'],
      key: 'log.xferlog',
      value: (file = '/var/log/xferlog', enabled, standard) =>
        isYes(enabled, false) && isYes(standard, false) ? file : undefined,
    },
  ],
  instead: {
    anonymous_enable: SENTENCES.anonymous,
    anon_root: SENTENCES.anonymous,
    anon_max_rate: SENTENCES.anonymous,
    anon_upload_enable: SENTENCES.anonymous,
    anon_mkdir_write_enable: SENTENCES.anonymous,
    anon_other_write_enable: SENTENCES.anonymous,
    anon_world_readable_only: SENTENCES.anonymous,
    anon_umask: SENTENCES.anonymous,
    no_anon_password: SENTENCES.anonymous,
    chown_uploads: SENTENCES.anonymous,
    chown_username: SENTENCES.anonymous,
    local_enable: SENTENCES.system,
    pam_service_name: SENTENCES.system,
    guest_enable: SENTENCES.system,
    guest_username: SENTENCES.system,
    virtual_use_local_privs: SENTENCES.permissions,
    userlist_enable: '`carryon account set NAME --disable` keeps somebody out',
    userlist_deny: '`carryon account set NAME --disable` keeps somebody out',
    userlist_file: '`carryon account set NAME --disable` keeps somebody out',
    user_config_dir: SENTENCES.account,
    chroot_local_user: SENTENCES.home,
    chroot_list_enable: SENTENCES.home,
    chroot_list_file: SENTENCES.home,
    allow_writeable_chroot: SENTENCES.always,
    passwd_chroot_enable: SENTENCES.home,
    secure_chroot_dir: 'no process needs an empty folder here',
    user_sub_token: SENTENCES.home,
    local_root: SENTENCES.home,
    write_enable: SENTENCES.permissions,
    cmds_allowed: SENTENCES.permissions,
    cmds_denied: SENTENCES.permissions,
    file_open_mode: SENTENCES.modes,
    local_umask: SENTENCES.modes,
    hide_ids: SENTENCES.always,
    hide_file: 'files are shown or they are not in the home',
    deny_file: 'files are shown or they are not in the home',
    dirmessage_enable: SENTENCES.text,
    message_file: SENTENCES.text,
    banner_file: SENTENCES.text,
    vsftpd_log_file: SENTENCES.log,
    dual_log_enable: SENTENCES.log,
    log_ftp_protocol: 'the same with `log.level = "debug"`',
    syslog_enable: 'the log goes to stderr, which systemd keeps',
    use_localtime: 'times on the wire are UTC, as RFC 3659 wants',
    ascii_upload_enable: SENTENCES.always,
    ascii_download_enable: SENTENCES.always,
    async_abor_enable: SENTENCES.always,
    ls_recurse_enable: 'always so, up to `ftp.max-list-entries`',
    connect_from_port_20: 'never so, since that would need the rights of root',
    ftp_data_port: 'never so, since that would need the rights of root',
    listen: 'always so here',
    background: 'systemd or a supervisor does that',
    nopriv_user: SENTENCES.user,
    run_as_launching_user: SENTENCES.always,
    tcp_wrappers: 'use the firewall; `carryon ban add` keeps addresses out',
    port_enable: SENTENCES.always,
    pasv_enable: SENTENCES.always,
    port_promiscuous: SENTENCES.never,
    pasv_promiscuous: SENTENCES.never,
    pasv_addr_resolve: '`ftp.passive-address` may be a name, and is looked up again',
    force_local_data_ssl: 'goes with `tls.policy = "required"`',
    ssl_tlsv1: 'TLS is 1.2 or newer: `tls.min-version`',
    ssl_sslv2: SENTENCES.never,
    ssl_sslv3: SENTENCES.never,
    ssl_ciphers: 'the ciphers are those of Node: `NODE_OPTIONS=--tls-cipher-list=…`',
    lock_upload_files: 'two uploads to one name never mix; readers see the old version',
    delete_failed_uploads: 'never seen, and dropped after `uploads.expire`',
    isolate: 'one process serves everybody; see docs/trust.md',
    isolate_network: 'one process serves everybody; see docs/trust.md',
    seccomp_sandbox: 'the systemd unit has a sandbox',
    utf8_filesystem: SENTENCES.always,
    mdtm_write: SENTENCES.always,
    setproctitle_enable: '`carryon who` shows who does what',
    delay_failed_login: '`login.free-failures` and `login.max-delay`',
    delay_successful_login: SENTENCES.never,
    one_process_model: SENTENCES.always,
    text_userdb_names: SENTENCES.never,
    tilde_user_enable: SENTENCES.never,
    use_sendfile: 'how bytes are moved is not a setting',
    trans_chunk_size: 'how bytes are moved is not a setting',
    session_support: SENTENCES.never,
  },
};

function read(text: string): Statement[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const [, name, value] = /^\s*([a-z0-9_]+)\s*=\s*(.*?)\s*$/i.exec(raw) ?? [];
    return name === undefined || value === undefined ? [] : [{ line: index + 1, name, value }];
  });
}

function host(v4?: string, v6?: string, ipv6?: string): string {
  return v4 ?? v6 ?? (isYes(ipv6, false) ? '::' : '0.0.0.0');
}

function clientCa(file?: string, required?: string): string | undefined {
  return isYes(required, false) ? file : undefined;
}
