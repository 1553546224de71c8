//! Which file systems are shared with other machines.

/// Whether `f_type` of `statfs(2)` is that of a file system which other machines
/// may mount too, where a lock may hold on one machine only, or nowhere.
pub fn is_shared(f_type: u32) -> bool {
    const SHARED: [u32; 12] = [
        0x0000_6969, // NFS
        0x0000_517b, // SMB, of old
        0xff53_4d42, // CIFS
        0xfe53_4d42, // SMB 2
        0x5346_414f, // AFS
        0x6b41_4653, // AFS of the kernel
        0x00c3_6400, // Ceph
        0x6573_5546, // FUSE: sshfs, GlusterFS, s3fs, but also local ones
        0x0102_1997, // 9P
        0x0bd0_0bd0, // Lustre
        0x4750_4653, // GPFS
        0x7461_636f, // OCFS2
    ];
    SHARED.contains(&f_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_one_machine_are_told_from_shared_ones() {
        for (f_type, name, shared) in [
            (0x6969, "nfs", true),
            (0x517b, "smb", true),
            (0xff53_4d42, "cifs", true),
            (0xfe53_4d42, "smb2", true),
            (0x5346_414f, "afs", true),
            (0x6b41_4653, "kafs", true),
            (0x00c3_6400, "ceph", true),
            (0x6573_5546, "fuse", true),
            (0x0102_1997, "9p", true),
            (0x0bd0_0bd0, "lustre", true),
            (0x4750_4653, "gpfs", true),
            (0x7461_636f, "ocfs2", true),
            (0xef53, "ext2, ext3, ext4", false),
            (0x5846_5342, "xfs", false),
            (0x9123_683e, "btrfs", false),
            (0x2fc1_2fc1, "zfs", false),
            (0x0102_1994, "tmpfs", false),
            (0x794c_7630, "overlayfs", false),
            (0xf2f5_2010, "f2fs", false),
            (0x5265_4973, "reiserfs", false),
            (0, "none", false),
        ] {
            assert_eq!(is_shared(f_type), shared, "{name}");
        }
    }
}
